// One row by a schema gives the features that a file with that row gives.
#include <fmt/format.h>

#include "data/tables/csv.h"
#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Cells = std::map<std::string, std::string>;
using Row = std::vector<float>;

constexpr const char* kTable =
    "size,colour,kind,weight\n1,red,a,1\n2,green,b,2\n4,\"a, \"\"b\"\"\",a,1\n";

TableSchema schema_of(MissingPolicy missing = MissingPolicy::error) {
  CsvOptions options;
  options.targets = {"kind"};
  options.weight = "weight";
  options.missing = missing;
  return csv(kTable, options).schema;
}

template <typename Do>
void expect_bad(const std::vector<std::string>& words, const Do& encode) {
  expect_error(ErrorKind::data, words, encode);
}

TEST(EncodeRow, GivesWhatTheFileGives) {
  const TableSchema schema = schema_of();
  EXPECT_EQ(schema.feature_names(),
            (std::vector<std::string>{"size", "colour=a, \"b\"", "colour=green", "colour=red"}));
  EXPECT_EQ(encode_row(schema, Cells{{"size", "2.5"}, {"colour", "red"}}), (Row{2.5, 0, 0, 1}));
  EXPECT_EQ(encode_row(schema, {{"colour", "a, \"b\""}, {"size", "-1e2"}}), (Row{-100, 1, 0, 0}));
  const std::vector<std::string> cells = {"3", "green"};
  EXPECT_EQ(encode_row(schema, cells), (Row{3, 0, 1, 0}));
  // The answer may be there, and is not looked at.
  EXPECT_EQ(encode_row(schema, {{"colour", "red"}, {"size", "1"}, {"kind", "anything"}}),
            (Row{1, 0, 0, 1}));
}

TEST(EncodeRow, ReadsBackThroughAModelsText) {
  const TableSchema schema = TableSchema::from_json(schema_of().to_json());
  EXPECT_EQ(encode_row(schema, Cells{{"size", "2.5"}, {"colour", "red"}}), (Row{2.5, 0, 0, 1}));
}

TEST(EncodeRow, NamesColumnsByNumberWhereTheFileHasNoHeader) {
  const TableSchema schema = csv("1,x,5\n2,y,6\n").schema;
  ASSERT_FALSE(schema.header);
  EXPECT_EQ(encode_row(schema, {{"1", "7"}, {"2", "y"}}), (Row{7, 0, 1}));
}

TEST(EncodeRow, ReplacesWhatIsMissing) {
  const TableSchema schema = schema_of(MissingPolicy::median);
  for (const char* missing : {"", "NA", "?"})
    EXPECT_EQ(encode_row(schema, {{"size", missing}, {"colour", missing}}), (Row{2, 1, 0, 0}))
        << missing;  // the first of the equally frequent
}

TEST(EncodeRow, RefusesWhatTheFileMayNotHold) {
  const TableSchema schema = schema_of();
  expect_bad({"no column \"colour\""}, [&] { encode_row(schema, Cells{{"size", "1"}}); });
  expect_bad({"\"price\" is not known"}, [&] {
    encode_row(schema, {{"size", "1"}, {"colour", "red"}, {"price", "3"}});
  });
  expect_bad({"\"size\""}, [&] { encode_row(schema, {{"size", "big"}, {"colour", "red"}}); });
  expect_bad({"\"size\""}, [&] { encode_row(schema, {{"size", ""}, {"colour", "red"}}); });
  expect_bad({"blue"}, [&] { encode_row(schema, {{"size", "1"}, {"colour", "blue"}}); });
  EXPECT_EQ(encode_row(schema, Cells{{"size", "1"}, {"colour", "blue"}}, UnknownCategory::zeros),
            (Row{1, 0, 0, 0}));
  expect_bad({"1 cells for 2 feature columns"},
             [&] { encode_row(schema, std::vector<std::string>{"1"}); });
  expect_bad({"no cells"}, [&] { encode_row(schema, Cells{}); });
  expect_bad({"is missing"}, [&] {
    encode_row(schema_of(MissingPolicy::drop_row), {{"size", ""}, {"colour", "red"}});
  });
}

}  // namespace
}  // namespace lithe::data
