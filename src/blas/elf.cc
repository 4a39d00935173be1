#include "blas/elf.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/text.h"

namespace lithe::blas {

namespace {

#if defined(__x86_64__)
constexpr unsigned kThisMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kThisMachine = EM_AARCH64;
#else
constexpr unsigned kThisMachine = EM_NONE;  // whatever the loader takes
#endif

std::string machine_name(unsigned number) {
  switch (number) {
    case EM_386:
      return "32-bit x86";
    case EM_X86_64:
      return "x86-64";
    case EM_ARM:
      return "32-bit Arm";
    case EM_AARCH64:
      return "AArch64";
    case EM_PPC64:
      return "PowerPC";
    case EM_S390:
      return "S/390";
    case EM_RISCV:
      return "RISC-V";
    default:
      return fmt::format("a processor of ELF's number {}", number);
  }
}

bool is_text(std::span<const std::uint8_t> head) {
  return std::all_of(head.begin(), head.end(), [](std::uint8_t c) {
    return std::isprint(c) != 0 || std::isspace(c) != 0 || c >= 0x80;
  });
}

// Every segment to load must be in the file. The loader maps segments without a check, and touching
// a missing part would end the program.
bool pieces_are_there(const Elf64_Ehdr& header, std::span<const std::uint8_t> head,
                      std::uint64_t file_bytes) {
  const auto fits = [file_bytes](std::uint64_t offset, std::uint64_t bytes) {
    return offset <= file_bytes && bytes <= file_bytes - offset;
  };
  const std::uint64_t table = std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  if (!fits(header.e_phoff, table)) return false;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const std::uint64_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
    if (at + sizeof(Elf64_Phdr) > head.size()) break;  // linkers put the table first
    Elf64_Phdr piece;
    std::memcpy(&piece, head.data() + at, sizeof(piece));
    if (piece.p_type == PT_LOAD && !fits(piece.p_offset, piece.p_filesz)) return false;
  }
  return true;
}

}  // namespace

std::string elf_problem(std::span<const std::uint8_t> head, std::uint64_t file_bytes) {
  if (head.empty()) return "is empty";
  if (head.size() < SELFMAG || std::memcmp(head.data(), ELFMAG, SELFMAG) != 0)
    return is_text(head) ? "is text, not a library" : "is not a library (no ELF header)";
  Elf64_Ehdr header{};
  std::memcpy(&header, head.data(), std::min(head.size(), sizeof(header)));
  // The machine's number stands in the same place in files of 32 bits.
  if (header.e_ident[EI_DATA] != ELFDATA2LSB) return "is made for a big-endian processor";
  if (kThisMachine != EM_NONE && header.e_machine != kThisMachine)
    return fmt::format("is made for {}, and this is {}", machine_name(header.e_machine),
                       machine_name(kThisMachine));
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return "is made for programs of 32 bits";
  if (head.size() < sizeof(header)) return "is cut off";
  if (header.e_type != ET_DYN) return "is not a shared library but a program or part of one";
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return "is damaged (its table of pieces)";
  return pieces_are_there(header, head, file_bytes) ? "" : "is cut off";
}

std::string library_problem(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return "is not there";
  if (!std::filesystem::is_regular_file(status)) return "is not a file";
  const std::uint64_t bytes = std::filesystem::file_size(path, error);
  if (error) return "cannot be read: " + error.message();
  const std::string text = base::read_text(path, 4096);
  if (text.empty() && bytes > 0) return "cannot be read";
  const auto* begin = reinterpret_cast<const std::uint8_t*>(text.data());
  return elf_problem({begin, text.size()}, bytes);
}

}  // namespace lithe::blas
