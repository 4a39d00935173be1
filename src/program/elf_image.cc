#include "program/elf_image.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace lithe::program {

namespace {

constexpr std::uint64_t kMostBytes = 256 << 20;  // of a table
constexpr std::size_t kMostHeaders = 1 << 16;

}  // namespace

// Uses pread, because reading a mapped file that is being truncated would end this process.
class ElfImage::File {
 public:
  explicit File(const std::filesystem::path& path) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) return;
    size_ = static_cast<std::uint64_t>(status.st_size);
    const auto header = read<Elf64_Ehdr>(0, 1);
    const bool known = !header.empty() && std::memcmp(header[0].e_ident, ELFMAG, SELFMAG) == 0 &&
                       header[0].e_ident[EI_CLASS] == ELFCLASS64 &&
                       header[0].e_ident[EI_DATA] == ELFDATA2LSB;
    if (known) header_ = header[0];
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  const std::optional<Elf64_Ehdr>& header() const { return header_; }

  // Returns all items, or none where the file is too short or there are too many.
  template <typename T>
  std::vector<T> read(std::uint64_t offset, std::uint64_t count) const {
    std::vector<T> items;
    if (count > kMostBytes / sizeof(T) || offset > size_ || count * sizeof(T) > size_ - offset)
      return items;
    items.resize(count);
    auto* to = reinterpret_cast<char*>(items.data());
    std::size_t left = count * sizeof(T);
    while (left > 0) {
      const ssize_t part = ::pread(descriptor_, to, left, static_cast<off_t>(offset));
      if (part <= 0) return {};
      to += part;
      offset += static_cast<std::uint64_t>(part);
      left -= static_cast<std::size_t>(part);
    }
    return items;
  }

  std::vector<Elf64_Shdr> sections() const {
    if (!header_ || header_->e_shentsize != sizeof(Elf64_Shdr)) return {};
    return read<Elf64_Shdr>(header_->e_shoff, header_->e_shnum);
  }

  std::vector<Elf64_Phdr> segments() const {
    if (!header_ || header_->e_phentsize != sizeof(Elf64_Phdr)) return {};
    return read<Elf64_Phdr>(header_->e_phoff,
                            std::min<std::size_t>(header_->e_phnum, kMostHeaders));
  }

 private:
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::optional<Elf64_Ehdr> header_;
};

ElfImage::ElfImage(ElfImage&&) noexcept = default;
ElfImage& ElfImage::operator=(ElfImage&&) noexcept = default;
ElfImage::~ElfImage() = default;

ElfImage::ElfImage(const std::filesystem::path& path, const std::filesystem::path& debug)
    : file_(std::make_unique<File>(path)) {
  if (!file_->header()) return;
  for (const Elf64_Phdr& segment : file_->segments())
    if (segment.p_type == PT_LOAD)
      segments_.push_back({segment.p_offset, segment.p_vaddr, segment.p_filesz});
  read_symbols(*file_, false);
  const std::filesystem::path symbols = debug_file(debug);
  if (!symbols.empty()) read_symbols(File(symbols), true);
  std::stable_sort(symbols_.begin(), symbols_.end(),
                   [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
}

// `all`: of a file of debugging symbols, which has its sections' headers but not their content.
void ElfImage::read_symbols(const File& file, bool all) {
  const std::vector<Elf64_Shdr> sections = file.sections();
  for (const Elf64_Shdr& section : sections) {
    const bool table = section.sh_type == SHT_SYMTAB || (!all && section.sh_type == SHT_DYNSYM);
    if (!table || section.sh_entsize != sizeof(Elf64_Sym) || section.sh_link >= sections.size())
      continue;
    const Elf64_Shdr& strings = sections[section.sh_link];
    const std::vector<char> names = file.read<char>(strings.sh_offset, strings.sh_size);
    if (names.empty() || names.back() != '\0' || names_.size() + names.size() > kMostBytes)
      continue;
    for (const Elf64_Sym& symbol :
         file.read<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
      const bool function =
          ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF;
      if (function && symbol.st_name < names.size() && names[symbol.st_name] != '\0')
        symbols_.push_back({symbol.st_value, symbol.st_size,
                            static_cast<std::uint32_t>(names_.size() + symbol.st_name)});
    }
    names_.append(names.begin(), names.end());
  }
}

// /usr/lib/debug/.build-id/ab/cdef....debug, after the digest in the file's note of that name.
std::filesystem::path ElfImage::debug_file(const std::filesystem::path& debug) const {
  constexpr std::size_t kMostDigest = 64;
  for (const Elf64_Phdr& segment : file_->segments()) {
    if (segment.p_type != PT_NOTE) continue;
    const auto note = file_->read<Elf64_Nhdr>(segment.p_offset, 1);
    if (note.empty() || note[0].n_type != NT_GNU_BUILD_ID || note[0].n_namesz != 4) continue;
    if (note[0].n_descsz < 2 || note[0].n_descsz > kMostDigest) continue;
    const auto digest =
        file_->read<std::uint8_t>(segment.p_offset + sizeof(Elf64_Nhdr) + 4, note[0].n_descsz);
    std::string name;
    for (const std::uint8_t byte : digest) name += fmt::format("{:02x}", byte);
    if (name.empty()) continue;
    const auto path = debug / ".build-id" / name.substr(0, 2) / (name.substr(2) + ".debug");
    std::error_code error;
    if (std::filesystem::exists(path, error)) return path;
  }
  return {};
}

// Without its version: "memcpy@@GLIBC_2.14".
std::string_view ElfImage::name_of(const Symbol& symbol) const {
  const std::string_view name = &names_[symbol.name];
  return name.substr(0, name.find('@'));
}

// Several functions may begin at one address, and small ones may lie within large ones.
const ElfImage::Symbol* ElfImage::symbol_at(std::uint64_t address) const {
  constexpr int kLook = 8;
  auto at = std::upper_bound(
      symbols_.begin(), symbols_.end(), address,
      [](std::uint64_t value, const Symbol& symbol) { return value < symbol.address; });
  for (int i = 0; i < kLook && at != symbols_.begin(); ++i) {
    --at;
    if (address - at->address < at->size) return &*at;
  }
  return nullptr;
}

ElfImage::Function ElfImage::function_at(std::uint64_t offset) const {
  const auto segment = std::find_if(segments_.begin(), segments_.end(), [offset](const Segment& s) {
    return offset >= s.offset && offset - s.offset < s.bytes;
  });
  if (segment == segments_.end()) return {};
  const std::uint64_t address = segment->address + (offset - segment->offset);
  if (const Symbol* symbol = symbol_at(address)) return {name_of(*symbol), {}, {}};
  const auto next = std::upper_bound(
      symbols_.begin(), symbols_.end(), address,
      [](std::uint64_t value, const Symbol& symbol) { return value < symbol.address; });
  Function function;
  if (next != symbols_.begin()) function.before = name_of(*std::prev(next));
  if (next != symbols_.end()) function.after = name_of(*next);
  return function;
}

ElfImage::Code ElfImage::code_at(std::uint64_t offset) const {
  constexpr std::uint64_t kAround = 2048, kMost = 1 << 16;
  Code code;
  const std::uint64_t address = address_at(offset);
  const Symbol* symbol = symbol_at(address);
  if (symbol != nullptr && symbol->size <= kMost && address - symbol->address <= offset) {
    code.offset = offset - (address - symbol->address);
    code.bytes = file_->read<std::uint8_t>(code.offset, symbol->size);
    return code;
  }
  // In steps, so that near places have the same code.
  code.offset = offset / kAround * kAround;
  code.offset -= std::min(code.offset, kAround);
  for (std::uint64_t count = 4 * kAround; code.bytes.empty() && count > kAround; count /= 2)
    code.bytes = file_->read<std::uint8_t>(code.offset, count);
  return code;
}

std::optional<std::uint64_t> ElfImage::address_of(std::string_view name) const {
  const std::vector<Elf64_Shdr> sections = file_->sections();
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_DYNSYM || section.sh_entsize != sizeof(Elf64_Sym) ||
        section.sh_link >= sections.size())
      continue;
    const Elf64_Shdr& strings = sections[section.sh_link];
    const std::vector<char> names = file_->read<char>(strings.sh_offset, strings.sh_size);
    if (names.empty() || names.back() != '\0') continue;
    for (const Elf64_Sym& symbol :
         file_->read<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym)))
      if (symbol.st_shndx != SHN_UNDEF && symbol.st_name < names.size() &&
          name == &names[symbol.st_name])
        return symbol.st_value;
  }
  return {};
}

std::uint64_t ElfImage::address_at(std::uint64_t offset) const {
  for (const Segment& segment : segments_)
    if (offset >= segment.offset && offset - segment.offset < segment.bytes)
      return segment.address + (offset - segment.offset);
  return offset;
}

bool ElfImage::code_near(std::uint64_t offset, std::uint64_t before, std::uint64_t after,
                         std::string_view bytes) const {
  const std::uint64_t from = offset - std::min(offset, before);
  const std::vector<char> code = file_->read<char>(from, offset - from + after);
  return std::string_view(code.data(), code.size()).find(bytes) != std::string_view::npos;
}

#if defined(__x86_64__)

bool ElfImage::after_system_call(std::uint64_t offset) const {
  return offset >= 2 && code_near(offset, 2, 0, "\x0f\x05");
}

bool ElfImage::in_spin_loop(std::uint64_t offset) const {
  return code_near(offset, 16, 16, "\xf3\x90") || code_near(offset, 40, 40, "\x0f\x31");
}

#elif defined(__aarch64__)

bool ElfImage::after_system_call(std::uint64_t offset) const {
  using namespace std::literals;
  return offset >= 4 && code_near(offset, 4, 0, "\x01\x00\x00\xd4"sv);  // svc #0
}

bool ElfImage::in_spin_loop(std::uint64_t offset) const {
  return code_near(offset, 16, 16, "\x3f\x20\x03\xd5");  // yield
}

#else

bool ElfImage::after_system_call(std::uint64_t) const { return false; }
bool ElfImage::in_spin_loop(std::uint64_t) const { return false; }

#endif

}  // namespace lithe::program
