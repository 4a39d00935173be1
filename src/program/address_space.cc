#include "program/address_space.h"

#include <charconv>

#include "base/text.h"

namespace lithe::program {

namespace {

constexpr std::size_t kMostFiles = 1 << 16;
constexpr std::size_t kMostPieces = 1 << 18;

bool hexadecimal(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size();
}

bool octal(char c) { return c >= '0' && c <= '7'; }

// The system writes a newline in a name as \012.
std::string unescape(std::string_view name) {
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool escaped = name[i] == '\\' && i + 3 < name.size() && octal(name[i + 1]) &&
                         octal(name[i + 2]) && octal(name[i + 3]);
    if (escaped) {
      plain += static_cast<char>((name[i + 1] - '0') * 64 + (name[i + 2] - '0') * 8 +
                                 (name[i + 3] - '0'));
      i += 3;
    } else {
      plain += name[i];
    }
  }
  return plain;
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
  return text;
}

// "7f12a000-7f12c000 r-xp 00001000 08:01 1234    /usr/lib/libm.so.6"
bool parse_line(std::string_view line, Mapping& mapping) {
  std::string_view range = base::take_until(line, ' ');
  const std::string_view start = base::take_until(range, '-');
  const std::string_view rights = base::take_until(line, ' ');
  const std::string_view offset = base::take_until(line, ' ');
  base::take_until(line, ' ');  // the device
  base::take_until(line, ' ');  // the file's number
  if (!hexadecimal(start, mapping.start) || !hexadecimal(range, mapping.end) ||
      !hexadecimal(offset, mapping.offset) || mapping.end <= mapping.start)
    return false;
  const std::size_t name = line.find_first_not_of(' ');
  const std::string_view path = name == line.npos ? "" : line.substr(name);
  mapping.path = unescape(without_suffix(path, " (deleted)"));
  return rights.size() >= 3 && rights[2] == 'x';
}

}  // namespace

std::vector<Mapping> parse_maps(std::string_view text) {
  std::vector<Mapping> all;
  while (!text.empty() && all.size() < kMostPieces) {
    Mapping mapping;
    if (parse_line(base::take_until(text, '\n'), mapping)) all.push_back(std::move(mapping));
  }
  return all;
}

std::uint32_t Files::number(std::string_view path) {
  const auto found = numbers_.find(std::string(path));
  if (found != numbers_.end()) return found->second;
  if (paths_.size() >= kMostFiles) return 0;
  const auto next = static_cast<std::uint32_t>(paths_.size());
  numbers_.emplace(path, next);
  paths_.emplace_back(path);
  return next;
}

void AddressSpace::add(const Mapping& mapping, Files& files) {
  if (mapping.end <= mapping.start || pieces_.size() >= kMostPieces) return;
  // Whatever it covers goes; what sticks out before or after it stays.
  auto at = pieces_.upper_bound(mapping.start);
  if (at != pieces_.begin()) --at;
  while (at != pieces_.end() && at->first < mapping.end) {
    const auto [start, piece] = *at;
    if (piece.end <= mapping.start) {
      ++at;
      continue;
    }
    at = pieces_.erase(at);
    if (start < mapping.start) pieces_[start] = {mapping.start, piece.offset, piece.file};
    if (piece.end > mapping.end)
      pieces_[mapping.end] = {piece.end, piece.offset + (mapping.end - start), piece.file};
  }
  pieces_[mapping.start] = {mapping.end, mapping.offset, files.number(mapping.path)};
}

bool AddressSpace::knows(std::uint64_t address) const {
  auto at = pieces_.upper_bound(address);
  return at != pieces_.begin() && address < (--at)->second.end;
}

Place AddressSpace::find(std::uint64_t address) const {
  auto at = pieces_.upper_bound(address);
  if (at == pieces_.begin() || address >= (--at)->second.end) return {};
  const Piece& piece = at->second;
  if (piece.file == 0) return {};
  return {piece.file, piece.offset + (address - at->first)};
}

}  // namespace lithe::program
