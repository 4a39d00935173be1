#include "data/tables/sequence_folder.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "data/tables/npy_sample.h"
#include "lithe/table.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe::data {
namespace {

using test::expect_error;
using Floats = std::vector<float>;

Sequences parse(const std::string& text, const CsvOptions& options = {}) {
  Sequences read;
  add_csv_sequence(text, "a.csv", options, read);
  return read;
}

TEST(SequenceFile, RowsArePositionsAndColumnsChannels) {
  for (const char* text : {"1,2\n3,4.5\n-5e1,6\n", "left,right\n1,2\n3,4.5\n-5e1,6",
                           "1;2\r\n3;4.5\r\n-5e1;6\r\n", "1 2\n3 4.5\n-5e1 6\n",
                           "\xEF\xBB\xBF"
                           "1\t2\n3\t4.5\n-5e1\t6\n"}) {
    SCOPED_TRACE(text);
    const Sequences read = parse(text);
    EXPECT_EQ(read.channels, 2u);
    EXPECT_EQ(read.lengths, (std::vector<std::int32_t>{3}));
    EXPECT_EQ(read.values, (Floats{1, 2, 3, 4.5, -50, 6}));
  }
  EXPECT_EQ(parse("1\n2\n3\n").lengths, (std::vector<std::int32_t>{3}));
  CsvOptions options;
  options.decimal = ',';
  EXPECT_EQ(parse("1,5;2\n3;4\n", options).values, (Floats{1.5, 2, 3, 4}));
  options = {};
  options.header = CsvHeader::yes;
  EXPECT_EQ(parse("1,2\n3,4\n", options).values, (Floats{3, 4}));
}

TEST(SequenceFile, SaysWhatIsWrongAndWhere) {
  const auto expect_bad = [](const std::vector<std::string>& words, const std::string& text) {
    SCOPED_TRACE(text);
    expect_error(ErrorKind::data, words, [&] { parse(text); });
  };
  expect_bad({"no row of numbers", "a.csv"}, "");
  expect_bad({"no row of numbers"}, "left,right\n");
  expect_bad({"has 1 values, and those above have 2", "a.csv, line 3"}, "1,2\n3,4\n5\n6,7\n");
  expect_bad({"a value is missing", "a.csv, line 2, column 2"}, "1,2\n3,\n");
  expect_bad({"'x' is not a number", "line 2, column 1"}, "1,2\nx,4\n5,6\n");
  expect_bad({"'nan' is not a number", "line 2"}, "1,2\nnan,4\n5,6\n");
  expect_bad({"'b' is not a number", "line 1"}, "1,b\n3,4\n5,6\n");  // half a header
  expect_bad({"too large for 32 bits"}, "1,2\n1e39,3\n");
}

TEST(SequenceFile, NamesOfChannelsAreTheSameInAllFiles) {
  const auto expect_other = [](const std::string& first, const std::string& second) {
    SCOPED_TRACE(second);
    Sequences read;
    add_csv_sequence(first, "a.csv", {}, read);
    expect_error(ErrorKind::data, {"b.csv", "the same line of names"},
                 [&] { add_csv_sequence(second, "b.csv", {}, read); });
  };
  expect_other("h,s\n1,2\n", "s,h\n2,1\n");
  expect_other("h,s\n1,2\n", "1,2\n");
  expect_other("1,2\n", "NA,NA\n3,4\n");  // no line of names
  Sequences read;
  add_csv_sequence("h,s\n1,2\n", "a.csv", {}, read);
  add_csv_sequence("h,s\n3,4\n", "b.csv", {}, read);
  EXPECT_EQ(read.names, (std::vector<std::string>{"h", "s"}));
}

class SequenceFolder : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder.path() / name;
    std::filesystem::create_directories(path.parent_path());
    base::write_file_atomically(path, text);
  }

  test::TemporaryFolder folder;
  TableOptions options;
};

TEST_F(SequenceFolder, AFileForEachSequenceAndAFolderForEachClass) {
  write("g/up/a.csv", "x,y\n1,2\n3,4\n");
  write("g/down/b.csv", "x,y\n5,6\n");
  const auto array = test::npy<double>("3, 2", {1, 2, 3, 4, 5, 6}, "f8");
  write("g/down/c.npy", {array.begin(), array.end()});
  const std::filesystem::path path = folder.path() / "g";
  EXPECT_TRUE(is_sequence_path(path));
  EXPECT_TRUE(is_array_path(path));
  EXPECT_EQ(example_files(path),
            (std::vector<std::string>{"down/b.csv", "down/c.npy", "up/a.csv"}));
  options.test_share = 0;
  const TableData table = load_table(path, options);
  EXPECT_EQ(table.data.class_names, (std::vector<std::string>{"down", "up"}));
  EXPECT_EQ(table.data.shape, (std::vector<std::size_t>{3, 2}));
  const Features& features = table.data.train.features;
  EXPECT_EQ((std::vector<std::int32_t>{features.lengths, features.lengths + 3}),
            (std::vector<std::int32_t>{1, 3, 2}));
  EXPECT_EQ(reinterpret_cast<const float*>(features.row(1))[5], 6.0F);
  const std::uint64_t digest = table.split.digest;
  EXPECT_EQ(load_table(path, options).split.digest, digest);
  write("g/up/a.csv", "x,y\n1,2\n3,5\n");
  EXPECT_NE(load_table(path, options).split.digest, digest);
}

TEST_F(SequenceFolder, AnotherFolderIsTestedOn) {
  write("g/up/a.csv", "1\n3\n");
  write("g/down/b.csv", "5\n6\n7\n");
  write("t/down/c.csv", "5\n6\n7\n8\n");
  options.test_file = folder.path() / "t";
  const TableData table = load_table(folder.path() / "g", options);
  EXPECT_EQ(table.data.shape, (std::vector<std::size_t>{4, 1}));
  EXPECT_EQ(table.data.test.labels[0], 0);
  write("t/left/d.csv", "5\n");
  expect_error(ErrorKind::data, {"left"}, [&] { load_table(folder.path() / "g", options); });
}

TEST_F(SequenceFolder, SaysWhichFileIsWrong) {
  write("g/up/a.csv", "1,2\n3,4\n");
  write("g/up/b.csv", "1\n2\n");
  expect_error(ErrorKind::data, {"has 1 channels, and those before have 2", "b.csv"},
               [&] { load_table(folder.path() / "g", options); });
  const auto cube = test::npy<std::uint8_t>("1, 1, 2", {1, 2}, "u1");
  write("h/up/c.npy", {cube.begin(), cube.end()});
  expect_error(ErrorKind::data, {"3 dimensions", "c.npy"},
               [&] { load_table(folder.path() / "h", options); });
  write("flat/a.csv", "1\n2\n");
  expect_error(ErrorKind::data, {"no folders of classes", "flat"},
               [&] { load_table(folder.path() / "flat", options); });
}

}  // namespace
}  // namespace lithe::data
