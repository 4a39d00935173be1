#include "base/digest.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace lithe::base {
namespace {

// Every bit counts, wherever it is, and so does the length.
TEST(Digest, ChangesWithEachBit) {
  std::set<std::uint64_t> seen;
  for (std::size_t size = 0; size < 70; ++size) {
    std::string text(size, '\0');
    EXPECT_TRUE(seen.insert(digest_of(text)).second) << size;
    for (char& byte : text)
      for (int bit = 0; bit < 8; ++bit) {
        byte = static_cast<char>(1 << bit);
        EXPECT_TRUE(seen.insert(digest_of(text)).second) << size;
        byte = 0;
      }
  }
}

}  // namespace
}  // namespace lithe::base
