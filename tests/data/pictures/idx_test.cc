#include "data/pictures/idx.h"

#include <algorithm>

#include "data/files/gzip.h"
#include "data/sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;

ByteVector values(const IdxArray& array) { return {array.values(), array.values() + array.size()}; }

void expect_bad(const std::vector<std::string>& words, const ByteVector& file,
                IdxKind kind = IdxKind::images) {
  expect_error(ErrorKind::data, words, [&] { parse_idx(file, kind, "the-file"); });
}

TEST(Idx, ReadsEveryRankPlainAndPacked) {
  const std::vector<std::vector<std::uint32_t>> shapes = {{24}, {4, 6}, {2, 3, 4}, {2, 2, 3, 2}};
  for (const auto& shape : shapes) {
    const IdxKind kind = shape.size() == 1 ? IdxKind::labels : IdxKind::images;
    const ByteVector file = idx(shape, pattern(24));
    for (const ByteVector& stored : {file, gzip(file)}) {
      const IdxArray array = parse_idx(stored, kind, "x");
      EXPECT_TRUE(std::ranges::equal(array.shape, shape));
      EXPECT_EQ(values(array), pattern(24));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.values()) % base::kCacheLine, 0u);
    }
  }
}

TEST(Idx, ReadsALargeFileFromDiskWhateverItsName) {
  const TemporaryFolder folder;
  const ByteVector file = idx({100, 28, 28}, pattern(78400));
  write_bytes(folder.path() / "plain.gz", file);
  write_bytes(folder.path() / "packed", gzip(file));
  for (const char* name : {"plain.gz", "packed"})
    EXPECT_EQ(values(read_idx(folder.path() / name, IdxKind::images)), pattern(78400)) << name;
}

TEST(Idx, ReadsSeveralGzipMembersAndZeroPadding) {
  const ByteVector file = idx({2, 12}, pattern(24));
  for (const std::size_t cut : {0, 2, 10, 20, 36}) {
    const ByteVector head = gzip({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(cut)});
    const ByteVector tail = gzip({file.begin() + static_cast<std::ptrdiff_t>(cut), file.end()});
    const ByteVector padded = joined(joined(head, tail), ByteVector(512));
    EXPECT_EQ(values(parse_idx(padded, IdxKind::images, "x")), pattern(24)) << cut;
  }
}

TEST(Idx, SaysWhatIsWrongWithAHeader) {
  expect_bad({"0 bytes", "the-file, byte 0"}, {});
  expect_bad({"3 bytes"}, {0, 0, 8});
  expect_bad({"not an IDX file", "89 50"}, {0x89, 0x50, 0x4e, 0x47, 0, 0});
  expect_bad({"float32", "0x0D", "byte 2"}, idx_header({2, 2}, 0x0D));
  expect_bad({"int16", "0x0B"}, idx_header({2, 2}, 0x0B));
  expect_bad({"unknown", "0x42"}, idx_header({2, 2}, 0x42));
  expect_bad({"within its header", "byte 10"}, {0, 0, 8, 2, 0, 0, 0, 1, 0, 0});
  expect_bad({"a dimension is 0", "byte 8"}, idx_header({3, 0, 5}));
  expect_bad({"1 dimension,", "byte 3"}, idx({3}, pattern(3)));
  expect_bad({"0 dimensions"}, idx_header({}));
  expect_bad({"5 dimensions"}, idx_header({1, 1, 1, 1, 1}));
  expect_bad({"255 dimensions"}, {0, 0, 8, 255});
  expect_bad({"2 dimensions, labels have 1"}, idx({1, 3}, pattern(3)), IdxKind::labels);
}

TEST(Idx, RefusesDimensionsThatLie) {
  // 2^32 times 2^32 and 2^16 to the fourth wrap around to small 64-bit products.
  expect_bad({"multiply to more", "byte 8"}, idx_header({0xFFFFFFFF, 0xFFFFFFFF}));
  expect_bad({"multiply to more"}, idx_header({65536, 65536, 65536, 65536}));
  expect_bad({"multiply to more"}, gzip(idx_header({0x80000000, 2, 0x80000000, 8})));
  // Small enough to be allowed, too large for this file: refused before memory is asked for.
  expect_bad({"4294967295 x 1", "only 3"}, gzip(idx({0xFFFFFFFF, 1}, pattern(9))));
  expect_bad({"4294967295 x 1", "has 21"}, idx({0xFFFFFFFF, 1}, pattern(9)));
}

TEST(Idx, RefusesMoreOrFewerElementsThanSaid) {
  expect_bad({"2 x 12", "36 bytes in all", "has 35", "byte 35"}, idx({2, 12}, pattern(23)));
  expect_bad({"has 37", "byte 36"}, idx({2, 12}, pattern(25)));
  expect_bad({"has 35, unpacked"}, gzip(idx({2, 12}, pattern(23))));
  expect_bad({"has more, unpacked"}, gzip(idx({2, 12}, pattern(25))));
  expect_bad({"has more, unpacked"}, joined(gzip(idx({2, 12}, pattern(24))), gzip({1})));
}

TEST(Idx, RefusesGzipCutShortAnywhere) {
  const ByteVector packed = gzip(idx({20, 12}, pattern(240)));
  for (std::size_t size = 2; size < packed.size(); ++size)
    expect_bad({"cut short", "the-file, byte"},
               {packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)});
}

TEST(Idx, RefusesDamagedGzip) {
  const ByteVector packed = gzip(idx({20, 12}, pattern(240)));
  ByteVector wrong_crc = packed, wrong_length = packed, wrong_method = packed;
  wrong_crc[packed.size() - 8] ^= 1;
  wrong_length[packed.size() - 1] ^= 0x80;
  wrong_method[2] = 7;
  expect_bad({"damaged", "data check"}, wrong_crc);
  expect_bad({"damaged", "length check"}, wrong_length);
  expect_bad({"damaged"}, wrong_method);
  expect_bad({"4 bytes that are not gzip"}, joined(packed, {1, 2, 3, 4}));
}

TEST(Idx, AnyChangedByteIsAnErrorOrChangesNothing) {
  const ByteVector elements = pattern(240), packed = gzip(idx({20, 12}, elements));
  for (std::size_t at = 0; at < packed.size(); ++at) {
    ByteVector changed = packed;
    changed[at] ^= 0x10;
    try {
      // The time stamp and the system that packed it say nothing of the content.
      EXPECT_EQ(values(parse_idx(changed, IdxKind::images, "x")), elements) << at;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
    }
  }
}

TEST(Idx, NamesAFileThatCannotBeRead) {
  const TemporaryFolder folder;
  expect_error(ErrorKind::io, {"nowhere"},
               [&] { read_idx(folder.path() / "nowhere", IdxKind::images); });
  expect_error(ErrorKind::io, {"not a file"}, [&] { read_idx(folder.path(), IdxKind::images); });
}

TEST(Gzip, StreamsInPiecesUntilTold) {
  const ByteVector content = pattern(300'000), packed = gzip(content);
  ByteVector collected;
  stream_gzip(packed, "x", [&](std::span<const std::uint8_t> piece) {
    collected.insert(collected.end(), piece.begin(), piece.end());
    return true;
  });
  EXPECT_EQ(collected, content);
  int pieces = 0;
  stream_gzip(packed, "x", [&](auto) { return ++pieces < 2; });
  EXPECT_EQ(pieces, 2);
}

}  // namespace
}  // namespace lithe::data
