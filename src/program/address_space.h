// What lies where in the memory of a process: which file an address of code belongs to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lithe::program {

// A stretch of memory that can be run.
struct Mapping {
  std::uint64_t start = 0, end = 0;
  std::uint64_t offset = 0;  // in the file
  std::string path;  // "/usr/lib/libm.so.6", "[vdso]"; empty for what is no file: made at run time
};

// Those in the text of /proc/PID/maps that can be run. Lines that are none are passed over. Names
// may hold blanks and bytes that the system writes as \ooo.
std::vector<Mapping> parse_maps(std::string_view text);

// Paths as small numbers, each path one. Number 0 is the empty path.
class Files {
 public:
  Files() { number({}); }
  // 0 when there are more files than any sound program maps.
  std::uint32_t number(std::string_view path);
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> paths_;
};

struct Place {
  std::uint32_t file = 0;    // of Files
  std::uint64_t offset = 0;  // in it; 0 for code that is in no file
};

class AddressSpace {
 public:
  // Takes the place of whatever was there.
  void add(const Mapping& mapping, Files& files);
  bool knows(std::uint64_t address) const;
  // Of an address that it does not know: no file.
  Place find(std::uint64_t address) const;

 private:
  struct Piece {
    std::uint64_t end, offset;
    std::uint32_t file;
  };
  std::map<std::uint64_t, Piece> pieces_;  // by their start
};

}  // namespace lithe::program
