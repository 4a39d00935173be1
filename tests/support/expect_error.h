// What a user is told when something is wrong.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lithe/error.h"

namespace lithe::test {

// Runs `action`, which must throw Error of that kind with all of these words in its message.
template <typename Action>
void expect_error(ErrorKind kind, const std::vector<std::string>& words, Action action) {
  try {
    action();
    ADD_FAILURE() << "no error, expected one with '" << words.front() << "'";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    for (const std::string& word : words)
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos)
          << "'" << word << "' is not in: " << error.what();
  }
}

}  // namespace lithe::test
