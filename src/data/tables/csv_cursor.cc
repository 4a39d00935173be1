#include "data/tables/csv_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "data/tables/utf8.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;

std::uint64_t repeated(char c) { return kOnes * static_cast<unsigned char>(c); }

// The top bit of the lowest byte that is 0 is set, and none below it.
std::uint64_t zero_bytes(std::uint64_t word) { return (word - kOnes) & ~word & (kOnes << 7); }

}  // namespace

CsvCursor::CsvCursor(std::string_view text, char delimiter, std::string name,
                     std::size_t first_line)
    : start_(text.data()),
      at_(start_),
      end_(start_ + text.size()),
      content_(start_),
      delimiter_(delimiter),
      line_(first_line),
      name_(std::move(name)) {
  if (text.starts_with("\xEF\xBB\xBF")) at_ += 3;
}

bool CsvCursor::at_end() {
  if (at_ == end_) return true;
  if (*at_ != '\n' && *at_ != '\r') return false;
  // Skips a run of blank lines at once, so that the time stays linear.
  if (at_ >= content_)
    content_ = std::find_if_not(at_, end_, [](char c) { return c == '\n' || c == '\r'; });
  if (content_ == end_) at_ = end_;
  return at_ == end_;
}

void CsvCursor::fail_at(Place place, const std::string& problem, const std::string& remedy) const {
  std::string where = fmt::format("{}, line {}, column {}", name_, place.line, place.column);
  if (names_ != nullptr && place.column > 0 && place.column <= names_->size())
    where += fmt::format(" (\"{}\")", (*names_)[place.column - 1]);
  throw Error(ErrorKind::data, problem, where, remedy);
}

void CsvCursor::check_utf8(std::string_view text) const {
  const std::size_t bad = first_bad_utf8(text);
  if (bad == text.size()) return;
  const auto byte = static_cast<unsigned char>(text[bad]);
  if (byte == 0)
    fail("the text has a NUL byte",
         fmt::format("a text file; if it is UTF-16: iconv -f utf-16le -t utf-8 '{}' > utf8.csv",
                     name_));
  fail(fmt::format("byte {} of the text, 0x{:02X}, is not UTF-8", bad + 1, byte),
       fmt::format("iconv -f windows-1252 -t utf-8 '{}' > utf8.csv, if it is Latin-1 (ISO 8859-1)",
                   name_));
}

std::string_view CsvCursor::take_text() {
  field_line_ = line_;
  ++column_;
  const char* const begin = skip_blanks(at_);
  return begin != end_ && *begin == '"' ? take_quoted(begin + 1) : take_plain(begin);
}

// Eight bytes at a time; the first delimiter, line feed or carriage return ends the field.
const char* CsvCursor::find_field_end(const char* at) const {
  if constexpr (std::endian::native == std::endian::little) {
    for (; end_ - at >= 8; at += 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      const std::uint64_t found = zero_bytes(word ^ repeated(delimiter_)) |
                                  zero_bytes(word ^ repeated('\n')) |
                                  zero_bytes(word ^ repeated('\r'));
      if (found != 0) return at + std::countr_zero(found) / 8;
    }
  }
  while (at != end_ && *at != delimiter_ && *at != '\n' && *at != '\r') ++at;
  return at;
}

std::string_view CsvCursor::take_plain(const char* begin) {
  const char* const after = find_field_end(begin);
  if (!take_separator(after))
    fail("a carriage return without a line feed", "save the file with LF or CRLF line ends");
  const char* last = after;
  while (last != begin && is_blank(last[-1])) --last;
  return {begin, static_cast<std::size_t>(last - begin)};
}

std::string_view CsvCursor::take_quoted(const char* begin) {
  unquoted_.clear();
  const char* from = begin;
  while (true) {
    const auto* quote = static_cast<const char*>(
        from == end_ ? nullptr : std::memchr(from, '"', static_cast<std::size_t>(end_ - from)));
    if (quote == nullptr)
      fail("the quote that begins this field is never closed",
           "close it, or double it if it belongs to the text");
    line_ += static_cast<std::size_t>(std::count(from, quote, '\n'));
    const bool doubled = end_ - quote > 1 && quote[1] == '"';
    if (!doubled && from == begin) {
      unquoted_.assign(from, quote);
    } else {
      unquoted_.append(from, quote + (doubled ? 1 : 0));
    }
    from = quote + (doubled ? 2 : 1);
    if (!doubled) break;
  }
  if (!take_separator(skip_blanks(from)))
    fail("there is text behind the closing quote", "double each quote that stands inside quotes");
  return unquoted_;
}

}  // namespace lithe::data
