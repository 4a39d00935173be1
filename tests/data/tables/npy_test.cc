#include "data/tables/npy.h"

#include <fmt/format.h>

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
  expect_bad({"type '<f2'"}, changed("|u1", "<f2"));
  expect_bad({"type '|O'"}, changed("|u1", "|O"));
  expect_bad({"records"}, changed("'|u1'", "[('a', '<f4')]"));
  expect_bad({"neither True nor False"}, changed("False", "Maybe"));
  expect_bad({"unknown entry"}, changed("'descr'", "'other'"));
  expect_bad({"twice"}, changed("'fortran_order': False", "'shape': (2,)"));
  expect_bad({"does not say"}, changed("'fortran_order': False, ", ""));
  expect_bad({"behind the dictionary"}, changed("}", "} x"));
  ByteVector cut = npy_file(good, {});
  cut.resize(30);
  expect_bad({"ends within its header", "byte 30"}, cut);
  expect_bad({"nan in 32 bits", "row 2, column 1"}, npy<float>("2,", {1, std::nanf("")}, "f4"));
  for (std::size_t size = 0; size < good.size() + 12; ++size) {
    ByteVector file = npy_file(good, {7, 8});
    file.resize(std::min(size, file.size() - 1));
    EXPECT_THROW(read(file), Error);
  }
}

TEST(Npy, NumbersClasses) {
  const auto features = npy<float>("3,", {1, 2, 3}, "f4");
  TablePart train = read(features), test;
  const auto add = [&](const ByteVector& answers, TableTask task = TableTask::automatic) {
    train = read(features);
    TableOptions options;
    options.csv.task = task;
    const auto array = parse_npy(answers, "y.npy");
    add_npy_answers(&array, train, nullptr, test, options);
  };
  add(npy<std::int64_t>("3,", {0, 3, 1}, "i8"));
  EXPECT_EQ(labels_of(train.examples), (std::vector<std::int32_t>{0, 3, 1}));
  EXPECT_EQ(train.examples.classes, 4u);
  add(npy<std::int8_t>("3, 1", {-1, 1, 1}, "i1"));
  EXPECT_EQ(train.class_names, (Texts{"-1", "1"}));
  add(npy<std::int8_t>("3,", {-1, 1, 1}, "i1"), TableTask::regression);
  EXPECT_EQ(targets_of(train.examples), (std::vector<float>{-1, 1, 1}));
  add(npy<float>("3, 2", {1, 2, 3, 4, 5, 6}, "f4"));
  EXPECT_EQ(train.examples.target_columns, 2u);
  EXPECT_EQ(targets_of(train.examples), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const auto bad = [&](const Texts& words, const ByteVector& answers,
                       TableTask task = TableTask::automatic) {
    expect_error(ErrorKind::data, words, [&] { add(answers, task); });
  };
  bad({"2 answers for 3 examples", "y.npy"}, npy<float>("2,", {1, 2}, "f4"));
  bad({"one a row"}, npy<std::int8_t>("3, 2", {1, 2, 3, 4, 5, 6}, "i1"));
  bad({"integers"}, npy<float>("3,", {1, 2, 3}, "f4"), TableTask::classification);
  bad({"label 18446744073709551615", "row 1"}, npy<std::uint64_t>("3,", {~0ull, 2, 3}, "u8"));
}

}  // namespace
}  // namespace lithe::data
