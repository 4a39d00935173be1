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

TEST(Digest, GoesOnFromWhatCameBefore) {
  const std::string text = "pixels of one row";
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size());
  EXPECT_EQ(digest_of(bytes, 0), digest_of(text));
  EXPECT_NE(digest_of(bytes, 1), digest_of(bytes, 2));
  EXPECT_NE(digest_of(bytes, digest_of("a")), digest_of(bytes, digest_of("b")));
}

}  // namespace
}  // namespace lithe::base
