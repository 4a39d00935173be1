// The functions of a program or library, by their place in its file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::program {

class ElfImage {
 public:
  // Whatever cannot be read, or is no ELF file of 64 bits, has no functions. Also takes the names
  // in the file of debugging symbols below `debug`, where Debian and others install it, if there is
  // one. Reads headers, symbols and their names: at most 256 MiB.
  explicit ElfImage(const std::filesystem::path& path,
                    const std::filesystem::path& debug = "/usr/lib/debug");
  ElfImage(ElfImage&&) noexcept;
  ElfImage& operator=(ElfImage&&) noexcept;
  ~ElfImage();

  // The function that holds the byte at `offset` of the file. Where none that has a name does:
  // empty, and the named ones before and after it, which lie in the same part of the library as a
  // rule.
  struct Function {
    std::string_view name, before, after;
  };
  Function function_at(std::uint64_t offset) const;

  // Whether the instruction before `offset` calls the system.
  bool after_system_call(std::uint64_t offset) const;

  // Whether `offset` lies in a loop that spins: beside an instruction that tells the processor so
  // (pause), or reads its clock (rdtsc), as OpenBLAS's waiting threads do.
  bool in_spin_loop(std::uint64_t offset) const;

 private:
  struct Symbol {
    std::uint64_t address, size;
    std::uint32_t name;  // its place among the names
  };
  struct Segment {
    std::uint64_t offset, address, bytes;
  };
  class File;

  void read_symbols(const File& file, bool all);
  std::filesystem::path debug_file(const std::filesystem::path& debug) const;
  std::string_view name_of(const Symbol& symbol) const;
  bool code_near(std::uint64_t offset, std::uint64_t before, std::uint64_t after,
                 std::string_view bytes) const;

  std::unique_ptr<File> file_;
  std::vector<Segment> segments_;
  std::vector<Symbol> symbols_;  // by address
  std::string names_;
};

}  // namespace lithe::program
