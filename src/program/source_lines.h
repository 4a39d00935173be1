// The lines of source code that compiled code was made from, by its debugging information (DWARF).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace lithe::program {

struct SourceFrame {
  std::string file, function;
  int line = 0;  // 0: unknown
};

class SourceLines {
 public:
  // A file that cannot be read, or has no debugging information, has no lines. Looks for none in
  // other files, except those that it was split into (.dwo).
  explicit SourceLines(const std::filesystem::path& path);
  SourceLines(SourceLines&&) noexcept;
  SourceLines& operator=(SourceLines&&) noexcept;
  ~SourceLines();

  // Whether the file has debugging information.
  bool known() const;

  // Where the code at `offset` of the file comes from: first the innermost function that was
  // inlined there, then the function that it was inlined into. Functions that the compiler made by
  // itself, such as copy constructors that nobody wrote, have no file. Empty: unknown.
  std::vector<SourceFrame> frames(std::uint64_t offset);

  // The compiler's name and options, as far as it tells: "GNU C++17 12.2.0 -mtune=generic -g".
  std::string producer(std::uint64_t offset);

 private:
  class File;
  std::unique_ptr<File> file_;
};

}  // namespace lithe::program
