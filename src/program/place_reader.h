// Tells what code at a place does: its function, and the activity that it counts as.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "lithe/program_report.h"
#include "program/address_space.h"
#include "program/elf_image.h"

namespace lithe::program {

struct PlaceMeaning {
  Activity activity = Activity::other;
  std::string_view file;  // the name of the file, without its folders
  std::string function;   // as in the source where the name tells; empty: unknown
  // For a report: "malloc in libc.so.6", "libopenblas.so.0", "the kernel".
  std::string words() const;
};

class PlaceReader {
 public:
  // Reads the symbols of files as they are asked for.
  explicit PlaceReader(const Files& files, std::filesystem::path debug = "/usr/lib/debug");

  // `entered`: for a sample in the kernel, whether `place`, from where it was entered, is known.
  PlaceMeaning read(const Place& place, bool in_kernel, bool entered);

 private:
  const Files& files_;
  bool onednn_;
  std::filesystem::path debug_;
  std::map<std::uint32_t, ElfImage> images_;
};

// The name that a function has in its source: of "_ZN5Layer8backwardEv", "Layer::backward". Without
// its parameters, and at most 60 characters; other names as they are.
std::string readable(std::string_view function);

}  // namespace lithe::program
