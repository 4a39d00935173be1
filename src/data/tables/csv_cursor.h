// Walks through the fields of a CSV file in memory: RFC 4180, with LF or CRLF, any one-character
// delimiter, and blanks around a field ignored unless it is quoted. Knows line and column for
// errors.
//
// A plain number, which most fields of most files are, is taken without looking for its end first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/number.h"

namespace lithe::data {

// A wider file is not one, most likely, or made to exhaust memory.
inline constexpr std::size_t kMostColumns = 1'000'000;

class CsvCursor {
 public:
  // `text` must outlive it. A byte order mark at its start is passed over. `first_line` is the
  // number of its first line in the file.
  CsvCursor(std::string_view text, char delimiter, std::string name, std::size_t first_line = 1);

  // For use between records: passes over blank lines at the end of the file, and says whether
  // anything is left.
  bool at_end();
  void begin_record() { column_ = 0; }

  // Takes the next field with what ends it, if it is a plain number. Else nothing has happened.
  bool take_number(double& value) {
    const char* const after = parse_number(at_, end_, value);
    if (after == nullptr) return false;
    field_line_ = line_;
    if (!take_separator(after)) return false;
    ++column_;
    return true;
  }

  // Whether the next field begins as a code does: 01948.
  bool at_code() const {
    return end_ - at_ > 2 && at_[0] == '0' && number::is_digit(at_[1]) && number::is_digit(at_[2]);
  }

  // Takes the next field, whatever it is. The text is valid until the next call.
  std::string_view take_text();

  // Whether the field that was taken last was the last of its record.
  bool record_ended() const { return ended_; }

  // Of the field that was taken last, both from 1.
  struct Place {
    std::size_t line = 0, column = 0;
  };
  Place place() const { return {field_line_, column_}; }
  char delimiter() const { return delimiter_; }
  std::size_t offset() const { return static_cast<std::size_t>(at_ - start_); }

  // The names of the columns, for messages.
  void set_names(const std::vector<std::string>* names) { names_ = names; }

  // Throws Error(data) that names the place, that of the field that was taken last.
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy = {}) const {
    fail_at(place(), problem, remedy);
  }
  [[noreturn]] void fail_at(Place place, const std::string& problem,
                            const std::string& remedy = {}) const;
  void check_utf8(std::string_view text) const;

 private:
  bool take_separator(const char* after) {
    if (after == end_) {
      at_ = after;
      ended_ = true;
      return true;
    }
    if (*after == delimiter_) {
      at_ = after + 1;
      ended_ = false;
      return true;
    }
    if (*after == '\r' && end_ - after > 1 && after[1] == '\n') ++after;
    if (*after != '\n') return false;
    at_ = after + 1;
    ++line_;
    ended_ = true;
    return true;
  }
  bool is_blank(char c) const { return c == ' ' || (c == '\t' && delimiter_ != '\t'); }
  const char* skip_blanks(const char* at) const {
    while (at != end_ && is_blank(*at)) ++at;
    return at;
  }
  std::string_view take_plain(const char* begin);
  std::string_view take_quoted(const char* begin);
  const char* find_field_end(const char* at) const;

  const char *start_, *at_, *end_;
  const char* content_;  // no line before it that is not blank
  char delimiter_;
  bool ended_ = true;
  std::size_t line_ = 1, field_line_ = 1, column_ = 0;
  std::string name_;
  const std::vector<std::string>* names_ = nullptr;
  std::string unquoted_;  // a field with doubled quotes
};

}  // namespace lithe::data
