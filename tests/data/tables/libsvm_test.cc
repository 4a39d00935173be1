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
  bad({"index 4 of at most 3", "line 1, column 3"}, "1 4:1\n");
  bad({"'3' is none of the 2 classes"}, "3 1:1\n");
}

TEST(Libsvm, NamesWhatIsWrong) {
  expect_bad({"no rows", "t.svm"}, "# nothing\n\n");
  expect_bad({"no row has a feature"}, "1\n2\n");
  expect_bad({"index 0", "t.svm, line 2, column 3"}, "1 1:1\n1 0:1\n");
  expect_bad({"index 2 after index 2", "line 1, column 7"}, "1 2:1 2:1\n");
  expect_bad({"index 1 after index 2"}, "1 2:1 1:1\n");
  expect_bad({"not index:value", "line 1, column 3"}, "1 qid:3 1:1\n");
  expect_bad({"not index:value"}, "1 1 2\n");
  expect_bad({"the value is not a number", "line 1, column 5"}, "1 1:x\n");
  expect_bad({"the value is not a number"}, "1 1:2x\n");
  expect_bad({"the value is not a number"}, "1 1:\n2 1:1\n");
  expect_bad({"the label is not a number", "line 2, column 1"}, "1 1:1\n1,2 1:1\n");
  expect_bad({"too large"}, "1 1:1e999\n");
  expect_bad({"index 4294967295 of at most 1000000"}, "1 99999999999999999999999:1\n");
}

TEST(Libsvm, RefusesASparseTableThatIsTooLargeDense) {
  TableOptions options;
  options.most_bytes = 1 << 20;
  expect_bad({"2 rows of 200000 features", "1048576"}, "1 200000:1\n1 1:1\n", options);
}

}  // namespace
}  // namespace lithe::data
