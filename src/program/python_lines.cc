#include "program/python_lines.h"

#include <cstddef>
#include <limits>

namespace lithe::program {

namespace {

std::uint8_t byte_at(std::string_view table, std::size_t at) {
  return at < table.size() ? static_cast<std::uint8_t>(table[at]) : 0;
}

int signed_byte(std::string_view table, std::size_t at) {
  const int byte = byte_at(table, at);
  return byte < 128 ? byte : byte - 256;
}

// Up to 3.9: pairs of an advance in bytes, and one in lines.
std::int64_t line_by_increments(std::string_view table, std::int64_t line, std::uint64_t target) {
  std::uint64_t address = 0;
  for (std::size_t i = 0; i + 1 < table.size(); i += 2) {
    address += byte_at(table, i);
    if (address > target) break;
    line += signed_byte(table, i + 1);
  }
  return line;
}

// 3.10: pairs of the length of a range in bytes, and its distance in lines from the last one;
// -128 means that the range has no line.
std::int64_t line_by_ranges(std::string_view table, std::int64_t line, std::uint64_t target) {
  constexpr int kNoLine = -128;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i + 1 < table.size(); i += 2) {
    const int step = signed_byte(table, i + 1);
    if (step != kNoLine) line += step;
    end += byte_at(table, i);
    if (target < end) return step == kNoLine ? 0 : line;
  }
  return 0;
}

// A number in groups of six bits, the lowest first; its own lowest bit is the sign.
int signed_number(std::string_view table, std::size_t at) {
  constexpr unsigned kMore = 0x40, kBits = 0x3f;
  unsigned value = 0;
  for (unsigned shift = 0; shift < 30; shift += 6) {
    const unsigned next = byte_at(table, at++);
    value |= (next & kBits) << shift;
    if ((next & kMore) == 0) break;
  }
  const int magnitude = static_cast<int>(value >> 1);
  return (value & 1) != 0 ? -magnitude : magnitude;
}

// From 3.11 on: entries that begin with a byte whose highest bit is set, with the kind of the entry
// and the number of instructions that it is for.
std::int64_t line_by_locations(std::string_view table, std::int64_t line, std::uint64_t target) {
  constexpr unsigned kBegins = 0x80;
  constexpr int kOneLine = 10, kNoColumns = 13, kLong = 14, kNone = 15;
  std::uint64_t end = 0;
  for (std::size_t at = 0; at < table.size();) {
    const unsigned head = byte_at(table, at);
    if ((head & kBegins) == 0) return 0;
    const int kind = static_cast<int>(head >> 3 & 0xf);
    if (kind == kNoColumns || kind == kLong)
      line += signed_number(table, at + 1);
    else if (kind >= kOneLine && kind < kNoColumns)
      line += kind - kOneLine;
    end += (head & 7) + 1;
    if (target < end) return kind == kNone ? 0 : line;
    do {
      ++at;
    } while (at < table.size() && (byte_at(table, at) & kBegins) == 0);
  }
  return 0;
}

}  // namespace

int python_line(int minor, std::string_view table, int first_line, std::uint64_t instruction) {
  constexpr int kRanges = 10, kLocations = 11;
  // Damaged tables add up to anything.
  const std::int64_t line = minor >= kLocations ? line_by_locations(table, first_line, instruction)
                            : minor == kRanges  ? line_by_ranges(table, first_line, 2 * instruction)
                                               : line_by_increments(table, first_line, instruction);
  return line > 0 && line <= std::numeric_limits<int>::max() ? static_cast<int>(line) : 0;
}

}  // namespace lithe::program
