#include "data/tables/npy.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "data/tables/npy_sample.h"
#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Texts = std::vector<std::string>;

TablePart read(const ByteVector& file, const TableOptions& options = {}) {
  return make_npy_part(parse_npy(file, "x.npy"), options);
}

void expect_bad(const Texts& words, const ByteVector& file) {
  expect_error(ErrorKind::data, words, [&] { read(file); });
}

TEST(Npy, ReadsEveryType) {
  const std::vector<std::vector<float>> expected = {{1, 2, 3}, {4, 5, 6}};
  const auto expect_read = [&](const ByteVector& file) {
    EXPECT_EQ(rows_of(read(file).examples), expected);
  };
  for (const bool big : {false, true}) {
    expect_read(npy<std::int16_t>("2, 3", {1, 2, 3, 4, 5, 6}, "i2", big));
    expect_read(npy<std::uint16_t>("2, 3", {1, 2, 3, 4, 5, 6}, "u2", big));
    expect_read(npy<std::int32_t>("2, 3", {1, 2, 3, 4, 5, 6}, "i4", big));
    expect_read(npy<std::uint32_t>("2, 3", {1, 2, 3, 4, 5, 6}, "u4", big));
    expect_read(npy<std::int64_t>("2, 3", {1, 2, 3, 4, 5, 6}, "i8", big));
    expect_read(npy<std::uint64_t>("2, 3", {1, 2, 3, 4, 5, 6}, "u8", big));
    expect_read(npy<float>("2, 3", {1, 2, 3, 4, 5, 6}, "f4", big));
    const auto wide = read(npy<double>("2, 3", {1, 2, 3, 4, 5, 6}, "f8", big));
    EXPECT_EQ(wide.examples.features.type, ElementType::float64);
    EXPECT_EQ(reinterpret_cast<const double*>(wide.examples.features.row(1))[2], 6);
  }
  expect_read(npy<std::int8_t>("2, 3", {1, 2, 3, 4, 5, 6}, "i1"));
}

TEST(Npy, KeepsBytes) {
  const auto flat = read(npy<std::uint8_t>("2, 3", {1, 2, 3, 4, 5, 6}, "u1"));
  EXPECT_EQ(flat.examples.features.type, ElementType::uint8);
  EXPECT_EQ(flat.examples.features.divisor, 1);
  const auto images = read(npy<std::uint8_t>("2, 3, 1", {1, 2, 3, 4, 5, 6}, "u1"));
  EXPECT_EQ(images.examples.features.divisor, 255);
  EXPECT_EQ(images.shape, (std::vector<std::size_t>{3, 1}));
  EXPECT_EQ(images.examples.features.row(1)[2], 6);
  TableOptions options;
  options.divisor = 16;
  EXPECT_EQ(
      read(npy<std::uint8_t>("6,", {1, 2, 3, 4, 5, 6}, "u1"), options).examples.features.divisor,
      16);
  EXPECT_EQ(read(npy<std::uint8_t>("2, 3", {1, 0, 0, 0, 1, 1}, "b1")).examples.features.row(1)[1],
            1);
}

TEST(Npy, ReadsFortranOrder) {
  const std::vector<std::vector<float>> expected = {{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}};
  std::vector<float> stored;  // of shape 2, 3, 2 with the first index fastest
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) stored.push_back(static_cast<float>(6 * i + 2 * j + k));
  EXPECT_EQ(rows_of(read(npy<float>("2, 3, 2", stored, "f4", false, true)).examples), expected);
  const std::vector<std::uint8_t> bytes(stored.begin(), stored.end());
  EXPECT_EQ(
      read(npy<std::uint8_t>("2, 3, 2", bytes, "u1", false, true)).examples.features.row(1)[4], 10);
}

TEST(Npy, ReadsEveryVersionAndStyleOfHeader) {
  const std::string tail = "'fortran_order': False, 'shape': (2,), }\n";
  for (const int version : {1, 2, 3})
    EXPECT_EQ(read(npy_file("{'descr': '|u1', " + tail, {7, 8}, version)).examples.features.rows,
              2u);
  for (const char* header : {"{\"shape\":(2L,),\"descr\":\"|u1\",\"fortran_order\":False}",
                             "{'shape':(2),'descr':'u1','fortran_order':True}  \n"})
    EXPECT_EQ(read(npy_file(header, {7, 8})).examples.features.rows, 2u) << header;
}

TEST(Npy, RefusesHeadersThatLie) {
  const std::string good = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string header = good;
    header.replace(header.find(from), from.size(), to);
    return npy_file(header, {7, 8});
  };
  expect_bad({"not a .npy file", "x.npy, byte 0"}, {1, 2, 3});
  expect_bad({"version 4.0", "byte 6"}, npy_file(good, {7, 8}, 4));
  expect_bad({"3 elements of 1 bytes, but 2 bytes follow"}, changed("(2,)", "(3,)"));
  expect_bad({"1 elements of 1 bytes, but 2"}, changed("(2,)", "(1,)"));
  expect_bad({"but 2 bytes follow"}, changed("(2,)", "(4294967296, 4294967296)"));
  expect_bad({"too large"}, changed("(2,)", "(99999999999999999999999,)"));
  expect_bad({"a dimension is 0"}, changed("(2,)", "(2, 0)"));
  expect_bad({"a single value"}, changed("(2,)", "()"));
  std::string deep = "(";
  for (int i = 0; i < 40; ++i) deep += "1,";
  expect_bad({"too many dimensions"}, changed("(2,)", deep + ")"));
  expect_bad({"type '<c8'"}, changed("|u1", "<c8"));
  expect_bad({"Python objects", "astype"}, changed("|u1", "|O"));
  expect_bad({"'99999' characters"}, changed("|u1", "<U99999"));
  expect_bad({"'' characters"}, changed("|u1", "|S"));
  expect_bad({"the examples are texts"}, changed("|u1", "|S1"));
  expect_bad({"records"}, changed("'|u1'", "[('a', '<f4')]"));
  expect_bad({"neither True nor False"}, changed("False", "Maybe"));
  expect_bad({"unknown entry"}, changed("'descr'", "'other'"));
  expect_bad({"twice"}, changed("'fortran_order': False", "'shape': (2,)"));
  expect_bad({"does not say"}, changed("'fortran_order': False, ", ""));
  expect_bad({"behind the dictionary"}, changed("}", "} x"));
  ByteVector cut = npy_file(good, {});
  cut.resize(30);
  expect_bad({"ends within its header", "byte 30"}, cut);
  expect_bad({"a value is not a number (nan)", "row 2, column 1"},
             npy<float>("2,", {1, std::nanf("")}, "f4"));
  expect_bad({"a value is infinite", "row 1, column 2"}, npy<double>("1, 2", {1, INFINITY}, "f8"));
  expect_bad({"a value is infinite", "row 1, column 1"},
             npy<std::uint16_t>("2,", {0xFC00, 0}, "f2"));
  for (std::size_t size = 0; size < good.size() + 12; ++size) {
    ByteVector file = npy_file(good, {7, 8});
    file.resize(std::min(size, file.size() - 1));
    EXPECT_THROW(read(file), Error);
  }
}

// 1, -2, the largest, the least above 0, and 0.333251953125, the nearest to a third.
TEST(Npy, ReadsHalves) {
  const std::vector<std::uint16_t> halves = {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x3555, 0x8000};
  for (const bool big : {false, true}) {
    const auto part = read(npy<std::uint16_t>("2, 3", halves, "f2", big));
    EXPECT_EQ(part.examples.features.type, ElementType::float32);
    EXPECT_EQ(rows_of(part.examples),
              (std::vector<std::vector<float>>{{1, -2, 65504},
                                               {std::ldexp(1.0F, -24), 0.333251953125F, 0}}));
  }
}

std::vector<std::uint8_t> counted(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

TEST(Npy, MovesChannelsToTheEnd) {
  const auto file = npy<std::uint8_t>("1, 3, 5, 6", counted(90), "u1");
  const auto moved = read(file);
  EXPECT_EQ(moved.shape, (std::vector<std::size_t>{5, 6, 3}));
  ASSERT_EQ(moved.notes.size(), 1u);
  EXPECT_NE(moved.notes[0].text.find("channels"), std::string::npos);
  // Pixel 7 has the values 7, 30 + 7 and 60 + 7.
  const std::uint8_t* const pixel = moved.examples.features.row(0) + 7 * 3;
  EXPECT_EQ((std::vector<int>(pixel, pixel + 3)), (std::vector<int>{7, 37, 67}));
  TableOptions options;
  options.layout = ImageLayout::channels_last;
  EXPECT_EQ(read(file, options).shape, (std::vector<std::size_t>{3, 5, 6}));
  options.layout = ImageLayout::channels_first;
  EXPECT_EQ(read(npy<std::uint8_t>("1, 2, 2, 3", counted(12), "u1"), options).shape,
            (std::vector<std::size_t>{2, 3, 2}));
  expect_error(ErrorKind::data, {"without a dimension for channels", "--layout"},
               [&] { read(npy<std::uint8_t>("2, 3", counted(6), "u1"), options); });
}

TEST(Npy, LeavesChannelsThatAreLastOrUnclear) {
  for (const char* shape : {"1, 3, 10, 3", "1, 30, 3, 1", "1, 10, 3, 3", "1, 3, 2, 15"})
    EXPECT_TRUE(read(npy<std::uint8_t>(shape, counted(90), "u1")).notes.empty()) << shape;
}

TEST(Npy, NamesAnExampleWithoutItsAxis) {
  const ArrayForm form{.shape = {5, 6}, .divisor = 255, .class_names = {}};
  const auto shown = [&](const std::string& shape, std::size_t count) {
    const ByteVector file = npy<std::uint8_t>(shape, counted(count), "u1");
    return make_npy_part(parse_npy(file, "x.npy"), {}, &form).examples.features.rows;
  };
  EXPECT_EQ(shown("2, 5, 6", 60), 2u);
  EXPECT_EQ(shown("2, 30", 60), 2u);
  for (const char* shape : {"5, 6", "30,"})
    expect_error(ErrorKind::data, {"that of one example", "numpy.newaxis", "x.npy"},
                 [&] { shown(shape, 30); });
}

}  // namespace
}  // namespace lithe::data
