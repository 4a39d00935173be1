// Memory maps: the file that an address of code in a process belongs to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lithe::program {

// An executable range of memory.
struct Mapping {
  std::uint64_t start = 0, end = 0;
  std::uint64_t offset = 0;  // in the file
  std::string path;          // "/usr/lib/libm.so.6", "[vdso]"; empty for generated code
};

// The executable mappings in the text of /proc/PID/maps. Skips malformed lines. Names may contain
// blanks, and bytes that the system writes as \ooo.
std::vector<Mapping> parse_maps(std::string_view text);

// Numbers paths. Number 0 is the empty path.
class Files {
 public:
  Files() { number({}); }
  // Returns 0 once there are too many files.
  std::uint32_t number(std::string_view path);
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> paths_;
};

struct Place {
  std::uint32_t file = 0;    // of Files
  std::uint64_t offset = 0;  // in the file; 0 for code that is in no file
};

class AddressSpace {
 public:
  // Replaces what was mapped in that range.
  void add(const Mapping& mapping, Files& files);
  bool knows(std::uint64_t address) const;
  // An unknown address has no file.
  Place find(std::uint64_t address) const;

 private:
  struct Piece {
    std::uint64_t end, offset;
    std::uint32_t file;
  };
  std::map<std::uint64_t, Piece> pieces_;  // by their start
};

}  // namespace lithe::program
