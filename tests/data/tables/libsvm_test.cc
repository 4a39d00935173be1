#include "data/tables/libsvm.h"

#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Rows = std::vector<std::vector<float>>;
using Texts = std::vector<std::string>;

void expect_bad(const Texts& words, std::string_view text, const TableOptions& options = {}) {
  expect_error(ErrorKind::data, words, [&] { parse_libsvm(text, "t.svm", options); });
}

TEST(Libsvm, ReadsRowsDense) {
  const auto part = parse_libsvm("# a comment\n+1 1:0.5 3:-2 # more\r\n\n-1\t2:1e1\n+1\n", "t", {});
  EXPECT_EQ(rows_of(part.examples), (Rows{{0.5, 0, -2}, {0, 10, 0}, {0, 0, 0}}));
  EXPECT_EQ(part.class_names, (Texts{"-1", "1"}));
  EXPECT_EQ(labels_of(part.examples), (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_EQ(part.schema.feature_count(), 3u);
  EXPECT_EQ(TableSchema::from_json(part.schema.to_json()), part.schema);
}

TEST(Libsvm, ReadsValuesToPredict) {
  const auto part = parse_libsvm("0.25 1:1\n10 1:2", "t", {});
  EXPECT_EQ(targets_of(part.examples), (std::vector<float>{0.25, 10}));
}

TEST(Libsvm, ReadsByASchema) {
  const auto part = parse_libsvm("1 1:1 3:1\n2 2:1\n", "t", {});
  const auto more = parse_libsvm("2 1:4\n", "t", {}, &part.schema);
  EXPECT_EQ(rows_of(more.examples), (Rows{{4, 0, 0}}));
  EXPECT_EQ(labels_of(more.examples), std::vector<std::int32_t>{1});
  const auto bad = [&](const Texts& words, const char* text) {
    expect_error(ErrorKind::data, words, [&] { parse_libsvm(text, "t", {}, &part.schema); });
  };
  bad({"'3' is none of the 2 classes"}, "3 1:1\n");
  const auto wider = parse_libsvm("2 1:4 4:7 900:1\n", "t", {}, &part.schema);
  EXPECT_EQ(rows_of(wider.examples), (Rows{{4, 0, 0}}));
  ASSERT_EQ(wider.notes.size(), 1u);
  EXPECT_NE(wider.notes[0].text.find("2 values of features beyond the 3"), std::string::npos);
}

TEST(Libsvm, CountsFromZeroWhereAnIndexIsZero) {
  const auto part = parse_libsvm("1 1:5\n2 0:3 2:7\n", "t", {});
  EXPECT_EQ(rows_of(part.examples), (Rows{{0, 5, 0}, {3, 0, 7}}));
  EXPECT_EQ(part.schema.feature_names(), (Texts{"0", "1", "2"}));
  // So does a file without that index, where the schema does.
  const auto more = parse_libsvm("1 1:5\n", "t", {}, &part.schema);
  EXPECT_EQ(rows_of(more.examples), (Rows{{0, 5, 0}}));
  EXPECT_TRUE(more.notes.empty());
  const auto other = parse_libsvm("1 1:5 2:6\n2 3:1\n", "t", {});
  EXPECT_EQ(parse_libsvm("1 0:5\n", "t", {}, &other.schema).notes.size(), 1u);
}

TEST(Libsvm, IgnoresQueries) {
  const auto part = parse_libsvm("1 qid:3 1:1\n2 qid:4 2:1\n", "t", {});
  EXPECT_EQ(rows_of(part.examples), (Rows{{1, 0}, {0, 1}}));
  ASSERT_EQ(part.notes.size(), 1u);
  EXPECT_NE(part.notes[0].text.find("qid"), std::string::npos);
}

TEST(Libsvm, RowsToAnswerMayLackTheLabel) {
  const auto part = parse_libsvm("1 1:1\n2 2:1\n", "t", {});
  TableOptions options;
  options.target_use = TargetUse::ignore;
  const auto rows = parse_libsvm("1:3 2:4\n7 1:5\n", "t", options, &part.schema);
  EXPECT_EQ(rows_of(rows.examples), (Rows{{3, 4}, {5, 0}}));
}

TEST(Libsvm, OneOutputHasNoThreeClasses) {
  TableOptions options;
  options.csv.one_output = true;
  EXPECT_EQ(parse_libsvm("1 1:1\n2 1:1\n3 1:2\n", "t", options).examples.target_columns, 1u);
}

TEST(Libsvm, NamesWhatIsWrong) {
  expect_bad({"no rows", "t.svm"}, "# nothing\n\n");
  expect_bad({"no row has a feature"}, "1\n2\n");
  expect_bad({"index 0 after index 0", "t.svm, line 2, column 7"}, "1 1:1\n1 0:1 0:1\n");
  expect_bad({"index 2 after index 2", "line 1, column 7"}, "1 2:1 2:1\n");
  expect_bad({"index 1 after index 2"}, "1 2:1 1:1\n");
  expect_bad({"not index:value", "line 1, column 7"}, "1 1:1 qid:3\n");
  expect_bad({"not index:value"}, "1 1 2\n");
  expect_bad({"the value is not a number", "line 1, column 5"}, "1 1:x\n");
  expect_bad({"the value is not a number"}, "1 1:2x\n");
  expect_bad({"the value is not a number"}, "1 1:\n2 1:1\n");
  expect_bad({"the label is not a number", "line 2, column 1"}, "1 1:1\n1,2 1:1\n");
  expect_bad({"too large"}, "1 1:1e999\n");
  expect_bad({"index 4294967295 of at most 1000000"}, "1 99999999999999999999999:1\n");
  expect_bad({"more than 1000000 features"}, "1 0:1 1000000:1\n");
}

TEST(Libsvm, RefusesASparseTableThatIsTooLargeDense) {
  TableOptions options;
  options.most_bytes = 1 << 20;
  expect_bad({"2 rows of 200000 features", "1048576"}, "1 200000:1\n1 1:1\n", options);
}

}  // namespace
}  // namespace lithe::data
