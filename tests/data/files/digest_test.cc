#include "data/files/digest.h"

#include <gtest/gtest.h>

#include <string_view>

namespace lithe::data {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string digest(Digest::Kind kind, std::string_view text) {
  Digest digest(kind);
  digest.add(bytes_of(text));
  return digest.finish();
}

constexpr std::string_view kTwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

// The examples of FIPS 180-4.
TEST(Digest, Sha256) {
  EXPECT_EQ(sha256({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(bytes_of("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(bytes_of(kTwoBlocks)),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(bytes_of(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// The examples of RFC 1321.
TEST(Digest, Md5) {
  using enum Digest::Kind;
  EXPECT_EQ(digest(md5, ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(digest(md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(digest(md5, "abcdefghijklmnopqrstuvwxyz"), "c3fcd3d76192e4007dfb496cca67e13b");
  EXPECT_EQ(digest(md5,
                   "1234567890123456789012345678901234567890"
                   "1234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

// However the bytes come, around the length of a block.
TEST(Digest, OfPieces) {
  const std::string text(200, 'x');
  for (const auto kind : {Digest::Kind::sha256, Digest::Kind::md5})
    for (std::size_t length = 0; length <= text.size(); ++length)
      for (const std::size_t piece : {1, 55, 63, 64, 65, 130}) {
        Digest digest_of_pieces(kind);
        for (std::size_t at = 0; at < length; at += piece)
          digest_of_pieces.add(bytes_of(text).subspan(at, std::min(piece, length - at)));
        ASSERT_EQ(digest_of_pieces.finish(), digest(kind, std::string_view(text).substr(0, length)))
            << length << " in pieces of " << piece;
      }
}

// Every length of the padding against another implementation: Python's hashlib.
TEST(Digest, OfEachLength) {
  Digest all(Digest::Kind::sha256), all_md5(Digest::Kind::md5);
  for (std::size_t length = 0; length < 200; ++length) {
    const std::string text(length, 'x');
    all.add(bytes_of(sha256(bytes_of(text))));
    all_md5.add(bytes_of(digest(Digest::Kind::md5, text)));
  }
  EXPECT_EQ(all.finish(), "f61ffcc417e1f0e59eba2da7fa32fbe05b64e478b68c6bacf990455f00248b98");
  EXPECT_EQ(all_md5.finish(), "0f0e2ac786e6a42eac7e7de3a518cd0c");
}

}  // namespace
}  // namespace lithe::data
