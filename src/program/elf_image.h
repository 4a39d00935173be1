// The functions of an ELF program or library, by their offset in the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::program {

class ElfImage {
 public:
  // A file that cannot be read, or is not a 64-bit ELF file, has no functions. Adds the symbols of
  // the debugging file below `debug`, where Debian and others install it, if there is one. Reads
  // headers, symbols and their names, at most 256 MiB.
  explicit ElfImage(const std::filesystem::path& path,
                    const std::filesystem::path& debug = "/usr/lib/debug");
  ElfImage(ElfImage&&) noexcept;
  ElfImage& operator=(ElfImage&&) noexcept;
  ~ElfImage();

  // The function that contains the byte at `offset` of the file. If no named function does, `name`
  // is empty, and `before` and `after` are the nearest named ones.
  struct Function {
    std::string_view name, before, after;
  };
  Function function_at(std::uint64_t offset) const;

  // The bytes of the function that contains the byte at `offset`, or where that is not known, those
  // around it.
  struct Code {
    std::uint64_t offset = 0;  // of the first one in the file
    std::vector<std::uint8_t> bytes;
  };
  Code code_at(std::uint64_t offset) const;

  // The address of a variable or function with this name among the dynamic symbols.
  std::optional<std::uint64_t> address_of(std::string_view name) const;
  // The address at which the byte at `offset` of the file is loaded, relative to the image's base.
  std::uint64_t address_at(std::uint64_t offset) const;

  // Whether the instruction before `offset` is a system call.
  bool after_system_call(std::uint64_t offset) const;

  // Whether `offset` lies in a spin loop: near a pause instruction, or near a read of the time
  // stamp counter, as in OpenBLAS's waiting threads.
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
  const Symbol* symbol_at(std::uint64_t address) const;
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
