// What a sentence's error says, in a form that tests can compare.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "lithe/error.h"

namespace lithe::network {

// The Error(sentence) that `read` throws; a failure of the test if it throws none.
template <typename Read>
Error refusal(const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::sentence) << error.what();
    return error;
  }
  ADD_FAILURE() << "this was not refused";
  return Error(ErrorKind::sentence, "nothing");
}

// What stands above the carets of an error. A caret may stand one behind the end of the text.
inline std::string underlined(const Error& error) {
  const std::string& where = error.where();
  const std::size_t line_end = where.find('\n');
  const std::size_t first = where.find('^');
  if (line_end == where.npos || first == where.npos) return "(no carets)";
  const std::string line = where.substr(0, line_end) + ' ';
  const std::size_t column = first - line_end - 1;
  EXPECT_EQ(where.find_first_not_of('^', first), where.npos) << where;
  EXPECT_LE(column + where.size() - first, line.size()) << where;
  return line.substr(column, where.size() - first);
}

}  // namespace lithe::network
