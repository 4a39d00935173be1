#include "program/source_lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "program/place_reader.h"

namespace lithe::program {

namespace {

constexpr std::size_t kMostRanges = 4'000'000;
constexpr int kMostLevels = 64;  // of functions within functions

// A range of addresses that belongs to a unit or a function.
struct DieRange {
  std::uint64_t low, high;
  Dwarf_Off die;
};

class DieRanges {
 public:
  void add(Dwarf_Die& die) {
    std::ptrdiff_t at = 0;
    Dwarf_Addr base = 0, low = 0, high = 0;
    while (ranges_.size() < kMostRanges && (at = ::dwarf_ranges(&die, at, &base, &low, &high)) > 0)
      if (low < high && low != 0) ranges_.push_back({low, high, ::dwarf_dieoffset(&die)});
  }

  void sort() {
    std::sort(ranges_.begin(), ranges_.end(),
              [](const DieRange& a, const DieRange& b) { return a.low < b.low; });
  }

  std::optional<Dwarf_Off> find(std::uint64_t address) const {
    const auto next = std::upper_bound(
        ranges_.begin(), ranges_.end(), address,
        [](std::uint64_t value, const DieRange& range) { return value < range.low; });
    if (next == ranges_.begin() || address >= std::prev(next)->high) return {};
    return std::prev(next)->die;
  }

 private:
  std::vector<DieRange> ranges_;
};

bool holds_functions(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_structure_type ||
         tag == DW_TAG_class_type || tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type ||
         tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block;
}

template <typename Take>
void for_each_child(Dwarf_Die& parent, const Take& take) {
  Dwarf_Die child;
  if (::dwarf_child(&parent, &child) != 0) return;
  do {
    if (!take(child)) return;
  } while (::dwarf_siblingof(&child, &child) == 0);
}

// Functions below `parent`; one may lie in a namespace, a class, or another function.
void find_functions(Dwarf_Die& parent, int depth, DieRanges& found) {
  for_each_child(parent, [&](Dwarf_Die& child) {
    const int tag = ::dwarf_tag(&child);
    if (tag == DW_TAG_subprogram) found.add(child);
    if (holds_functions(tag) && depth < kMostLevels) find_functions(child, depth + 1, found);
    return true;
  });
}

std::string function_name(Dwarf_Die& die) {
  Dwarf_Attribute attribute;
  for (const unsigned name : {unsigned{DW_AT_linkage_name}, unsigned{DW_AT_MIPS_linkage_name}})
    if (::dwarf_attr_integrate(&die, name, &attribute) != nullptr)
      if (const char* text = ::dwarf_formstring(&attribute))
        // Rust's newer names can only be read by its own tools.
        if (std::string_view(text).substr(0, 2) != "_R") return readable(text);
  const char* text = ::dwarf_diename(&die);
  return text == nullptr ? std::string() : readable(text);
}

// Whether the compiler made the function by itself, as a copy constructor that nobody wrote.
bool made_by_compiler(Dwarf_Die& die) {
  Dwarf_Attribute attribute;
  return ::dwarf_attr_integrate(&die, DW_AT_artificial, &attribute) != nullptr;
}

std::uint64_t number_of(Dwarf_Die& die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (::dwarf_attr(&die, name, &attribute) == nullptr || ::dwarf_formudata(&attribute, &value) != 0)
    return 0;
  return value;
}

int line_number(std::uint64_t line) {
  constexpr std::uint64_t kMost = 1 << 30;
  return line < kMost ? static_cast<int>(line) : 0;
}

// Where an inlined function was called.
void set_call(Dwarf_Die& unit, Dwarf_Die& inlined, SourceFrame& frame) {
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  const std::uint64_t file = number_of(inlined, DW_AT_call_file);
  frame.line = line_number(number_of(inlined, DW_AT_call_line));
  if (::dwarf_getsrcfiles(&unit, &files, &count) != 0 || file >= count) return;
  const char* name = ::dwarf_filesrc(files, static_cast<std::size_t>(file), nullptr, nullptr);
  if (name != nullptr) frame.file = name;
}

// "/a/b/../c.cc" is /a/c.cc.
std::string plain(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

}  // namespace

// The file is read and not mapped, because reading a mapped file that is being truncated would end
// this process.
class SourceLines::File {
 public:
  explicit File(const std::filesystem::path& path) {
    ::elf_version(EV_CURRENT);
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) return;
    elf_ = ::elf_begin(descriptor_, ELF_C_READ, nullptr);
    if (elf_ == nullptr || ::elf_kind(elf_) != ELF_K_ELF) return;
    read_segments();
    dwarf_ = ::dwarf_begin_elf(elf_, DWARF_C_READ, nullptr);
    if (dwarf_ != nullptr) read_units();
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (dwarf_ != nullptr) ::dwarf_end(dwarf_);
    if (elf_ != nullptr) ::elf_end(elf_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool known() const { return dwarf_ != nullptr && has_units_; }

  std::vector<SourceFrame> frames(std::uint64_t offset) {
    const std::uint64_t address = address_of(offset);
    Dwarf_Die unit;
    if (!find_unit(address, unit)) return {};
    std::vector<SourceFrame> frames(1);
    set_line(unit, address, frames[0]);
    const auto function = functions_of(unit).find(address);
    Dwarf_Die die;
    if (function && ::dwarf_offdie(dwarf_, *function, &die) != nullptr)
      add_inlined(unit, die, address, frames);
    for (SourceFrame& frame : frames)
      if (!frame.file.empty()) frame.file = plain(frame.file);
    return frames;
  }

  std::string producer(std::uint64_t offset) {
    Dwarf_Die unit;
    Dwarf_Attribute attribute;
    if (!find_unit(address_of(offset), unit) ||
        ::dwarf_attr(&unit, DW_AT_producer, &attribute) == nullptr)
      return {};
    const char* text = ::dwarf_formstring(&attribute);
    return text == nullptr ? std::string() : text;
  }

 private:
  void read_segments() {
    std::size_t count = 0;
    if (::elf_getphdrnum(elf_, &count) != 0) return;
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr header;
      if (::gelf_getphdr(elf_, static_cast<int>(i), &header) != nullptr && header.p_type == PT_LOAD)
        segments_.push_back(header);
    }
  }

  void read_units() {
    Dwarf_CU* unit = nullptr;
    Dwarf_Die die, part;
    std::uint8_t type = 0;
    while (::dwarf_get_units(dwarf_, unit, &unit, nullptr, &type, &die, &part) == 0) {
      if (type == DW_UT_type || type == DW_UT_split_type) continue;
      has_units_ = true;
      units_.add(die);
    }
    units_.sort();
  }

  std::uint64_t address_of(std::uint64_t offset) const {
    for (const GElf_Phdr& segment : segments_)
      if (offset >= segment.p_offset && offset - segment.p_offset < segment.p_filesz)
        return segment.p_vaddr + (offset - segment.p_offset);
    return 0;
  }

  bool find_unit(std::uint64_t address, Dwarf_Die& unit) {
    const auto at = units_.find(address);
    return at && ::dwarf_offdie(dwarf_, *at, &unit) != nullptr;
  }

  // Code that compilers give no line (line 0) counts as that before it.
  static void set_line(Dwarf_Die& unit, std::uint64_t address, SourceFrame& frame) {
    constexpr int kMostSteps = 16;
    for (int i = 0; i < kMostSteps && frame.line == 0; ++i) {
      Dwarf_Line* line = ::dwarf_getsrc_die(&unit, address);
      int number = 0;
      Dwarf_Addr begins = 0;
      if (line == nullptr || ::dwarf_lineno(line, &number) != 0 ||
          ::dwarf_lineaddr(line, &begins) != 0 || begins == 0)
        return;
      frame.line = std::max(0, number);
      if (const char* file = ::dwarf_linesrc(line, nullptr, nullptr)) frame.file = file;
      address = begins - 1;
    }
  }

  const DieRanges& functions_of(Dwarf_Die& unit) {
    const auto [at, added] = functions_.try_emplace(::dwarf_dieoffset(&unit));
    if (added) {
      find_functions(unit, 0, at->second);
      at->second.sort();
    }
    return at->second;
  }

  // Goes from the function inwards, to the inlined functions that contain the address.
  static void add_inlined(Dwarf_Die& unit, Dwarf_Die function, std::uint64_t address,
                          std::vector<SourceFrame>& frames) {
    std::vector<Dwarf_Die> path = {function};
    Dwarf_Die inside = function;
    for (int depth = 0; depth < kMostLevels; ++depth) {
      bool deeper = false;
      Dwarf_Die next = inside;
      for_each_child(inside, [&](Dwarf_Die& child) {
        const int tag = ::dwarf_tag(&child);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block) return true;
        if (::dwarf_haspc(&child, address) != 1) return true;
        next = child;
        deeper = true;
        if (tag == DW_TAG_inlined_subroutine) path.push_back(child);
        return false;
      });
      if (!deeper) break;
      inside = next;
    }
    for (std::size_t i = path.size(); i > 0; --i) {
      frames.back().function = function_name(path[i - 1]);
      if (made_by_compiler(path[i - 1])) frames.back().file.clear();
      if (i == 1) return;
      frames.emplace_back();
      set_call(unit, path[i - 1], frames.back());
    }
  }

  int descriptor_ = -1;
  Elf* elf_ = nullptr;
  Dwarf* dwarf_ = nullptr;
  bool has_units_ = false;
  std::vector<GElf_Phdr> segments_;
  DieRanges units_;
  std::map<Dwarf_Off, DieRanges> functions_;  // by the unit
};

SourceLines::SourceLines(const std::filesystem::path& path) : file_(std::make_unique<File>(path)) {}
SourceLines::SourceLines(SourceLines&&) noexcept = default;
SourceLines& SourceLines::operator=(SourceLines&&) noexcept = default;
SourceLines::~SourceLines() = default;

bool SourceLines::known() const { return file_->known(); }
std::vector<SourceFrame> SourceLines::frames(std::uint64_t offset) { return file_->frames(offset); }
std::string SourceLines::producer(std::uint64_t offset) { return file_->producer(offset); }

}  // namespace lithe::program
