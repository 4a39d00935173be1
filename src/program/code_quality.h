// Judges how well a compiler translated the code that takes a program's time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "program/elf_image.h"
#include "program/machine_code.h"
#include "program/native_sources.h"

namespace lithe::program {

// What remains of a time when its cause is mended: the most likely part, and a range.
struct Remains {
  double likely = 1, least = 1, most = 1;
};

struct NarrowLoop {
  bool found = false;
  bool old = false;     // written for processors without AVX
  bool scalar = false;  // a number at a time
  bool sum = false;     // which the compiler may only reorder if it is told so
  Remains remains;
};

class CodeQuality {
 public:
  // `vector_bits`: the width of vectors that the processor computes with.
  CodeQuality(const Files& files, NativeSources& sources, int vector_bits)
      : files_(files), sources_(sources), vector_bits_(vector_bits) {}

  // Whether the code was built without optimisation, as `caller`, of a line of the program's own,
  // tells where the code is too short to tell.
  bool unoptimised(const Place& place, const Place& caller);
  // What would remain of the time of such code with optimisation.
  Remains optimised(const Place& place);

  // Of optimised code.
  NarrowLoop narrow(const Place& place);
  // Whether it is a loop over floating-point numbers that do not lie side by side; `large`: more
  // than a few cache lines apart, by what the instructions say.
  struct Strides {
    bool any = false, large = false;
  };
  Strides strides(const Place& place);

 private:
  struct Function {
    MachineCode code;
    bool unoptimised = false;
  };

  const ElfImage& image(std::uint32_t file);
  const Function& function_at(const Place& place);
  bool built_without(const Place& place, const MachineCode& code);

  const Files& files_;
  NativeSources& sources_;
  int vector_bits_;
  std::map<std::uint32_t, ElfImage> images_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Function> functions_;
};

}  // namespace lithe::program
