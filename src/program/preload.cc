#include "program/preload.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace lithe::program {

namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "lithe_preload.so";
constexpr int kMostScripts = 4;  // nested interpreters, as many as the system follows

bool holds(std::string_view text, std::string_view word) { return text.find(word) != text.npos; }

// The program headers.
std::vector<Elf64_Phdr> pieces_of(std::string_view file, const Elf64_Ehdr& header) {
  std::vector<Elf64_Phdr> pieces;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const std::uint64_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
    if (at > file.size() || file.size() - at < sizeof(Elf64_Phdr)) break;
    Elf64_Phdr piece;
    std::memcpy(&piece, file.data() + at, sizeof(piece));
    pieces.push_back(piece);
  }
  return pieces;
}

std::string elf_program_problem(std::string_view file) {
  Elf64_Ehdr header{};
  std::memcpy(&header, file.data(), std::min(file.size(), sizeof(header)));
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return "it is a program of 32 bits";
  const std::vector<Elf64_Phdr> pieces = pieces_of(file, header);
  const bool dynamic = std::any_of(pieces.begin(), pieces.end(),
                                   [](const Elf64_Phdr& p) { return p.p_type == PT_INTERP; });
  if (!dynamic) return "it is linked statically";
  // Their heap must be loaded first.
  if (holds(file, "libasan.so") || holds(file, "__asan_init"))
    return "it is built with the address sanitizer";
  if (holds(file, "libtsan.so") || holds(file, "__tsan_init"))
    return "it is built with the thread sanitizer";
  return {};
}

// The program that a script's first line names: "#!/usr/bin/env python3" is run by python3.
fs::path interpreter_of(std::string_view script) {
  std::string_view line = base::take_until(script, '\n').substr(2);
  line = base::trim(line);
  const fs::path first(std::string(base::take_until(line, ' ')));
  if (first.filename() != "env") return first;
  line = base::trim(line);
  while (line.starts_with('-') || holds(line.substr(0, line.find(' ')), "="))
    base::take_until(line, ' ');
  const fs::path named = find_program(std::string(base::take_until(line, ' ')));
  return named.empty() ? first : named;
}

// The loader ignores LD_PRELOAD where a program runs with the rights of another user.
bool other_rights(const fs::path& program) {
  struct stat status {};
  if (::stat(program.c_str(), &status) != 0) return false;
  return ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::getuid()) ||
         ((status.st_mode & S_ISGID) != 0 && status.st_gid != ::getgid());
}

bool is_executable(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

fs::path find_preload() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  std::vector<fs::path> places;
  if (!error) places.push_back(self.parent_path().parent_path() / LITHE_LIBDIR / "lithe" / kName);
  if (!error) places.push_back(self.parent_path().parent_path() / "lib" / "lithe" / kName);
  places.emplace_back(fs::path(LITHE_FULL_LIBDIR) / "lithe" / kName);
  for (const fs::path& place : places)
    if (fs::is_regular_file(place, error)) return place;
  return {};
}

fs::path find_program(const std::string& name) {
  if (name.empty() || holds(name, "/")) return name;
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
  while (!folders.empty()) {
    const std::string_view folder = base::take_until(folders, ':');
    const fs::path path = fs::path(folder.empty() ? "." : std::string(folder)) / name;
    if (is_executable(path)) return path;
  }
  return {};
}

std::string preload_problem(const fs::path& program) {
  constexpr std::size_t kHead = 4 << 20;
  fs::path at = program;
  for (int i = 0; i < kMostScripts; ++i) {
    std::error_code error;
    if (!fs::is_regular_file(at, error)) return {};
    const std::string file = base::read_text(at, kHead);
    if (other_rights(at)) return "it runs with the rights of another user (set-uid)";
    if (file.starts_with(ELFMAG)) return elf_program_problem(file);
    if (!file.starts_with("#!")) return {};
    at = interpreter_of(file);
  }
  return {};
}

std::string preload_value(const fs::path& library) {
  if (library.native().find_first_of(" :") != std::string::npos) return {};
  const char* now = std::getenv("LD_PRELOAD");
  return now == nullptr || *now == '\0' ? library.string()
                                        : fmt::format("{}:{}", library.string(), now);
}

}  // namespace lithe::program
