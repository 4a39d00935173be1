// Columns of categories that are embedded: the rows of their tables that the cells become.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"
#include "lithe/error.h"
#include "lithe/table.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe {
namespace {

using Numbers = std::vector<float>;
using Sizes = std::vector<std::vector<std::size_t>>;

constexpr const char* kShops =
    "shop,size,sold\nb,1,10\na,2,20\nb,3,30\nc,4,40\na,5,50\nrare,6,60\nc,7,70\n";

class Embed : public testing::Test {
 protected:
  TableData load(const std::string& text, std::vector<EmbeddedColumn> columns) {
    options.csv.embed = std::move(columns);
    options.csv.task = TableTask::regression;
    options.test_share = 0;
    base::write_file_atomically(file, text);
    return load_table(file, options);
  }
  TableData apply(const std::string& text, const TableSchema& schema) {
    options.target_use = TargetUse::ignore;
    base::write_file_atomically(file, text);
    return apply_table(file, schema, options);
  }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "shops.csv";
  TableOptions options;
};

Numbers column(const Examples& part, std::size_t n) {
  Numbers values;
  for (std::size_t row = 0; row < part.features.rows; ++row)
    values.push_back(reinterpret_cast<const float*>(part.features.row(row))[n]);
  return values;
}

bool says(const TableData& table, const std::string& text) {
  return std::ranges::any_of(table.notes, [&](const TableNote& note) {
    return note.text.find(text) != std::string::npos;
  });
}

TEST_F(Embed, CategoriesHaveRowsInTheirOrderAndARareOneHasRow0) {
  const TableData table = load(kShops, {{"shop", 3}});
  EXPECT_EQ(table.schema.feature_names(), (std::vector<std::string>{"shop", "size"}));
  EXPECT_EQ(column(table.data.train, 0), (Numbers{2, 1, 2, 3, 1, 0, 3}));
  EXPECT_EQ(column(table.data.train, 1), (Numbers{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(table.schema.row_columns(), (Sizes{{4, 3}, {1}}));
  EXPECT_EQ(table.schema.row_columns(2), (Sizes{{4, 3}, {3}}));
  EXPECT_TRUE(says(table, "1 category of \"shop\" is in a single row to train on"));
}

TEST_F(Embed, WhatTrainingDidNotMeetHasRow0) {
  const TableData learned = load(kShops, {{"shop", 3}});
  const TableData table = apply("size,shop\n1,c\n2,new\n3,a\n4,rare\n5,\n", learned.schema);
  EXPECT_EQ(column(table.data.test, 0), (Numbers{3, 0, 1, 0, 0}));
  EXPECT_TRUE(says(table,
                   "2 values of \"shop\" that training did not meet count as a category that "
                   "is not known"));
  options.unknown_category = UnknownCategory::error;
  test::expect_error(ErrorKind::data, {"'new' is none of the 3 categories"},
                     [&] { apply("size,shop\n2,new\n", learned.schema); });
}

TEST_F(Embed, MissingValuesHaveARowWhereTrainingHadSome) {
  const TableData table = load("shop,sold\na,1\na,2\n,3\nb,4\nb,5\n,6\n", {{"shop", 2}});
  EXPECT_EQ(column(table.data.train, 0), (Numbers{1, 1, 3, 2, 2, 3}));
  EXPECT_EQ(table.schema.row_columns(), (Sizes{{4, 2}}));
}

TEST_F(Embed, NumbersAreCategoriesWhereTheyAreNamed) {
  const TableData table = load("code,sold\n7,1\n9,2\n7,3\n9,4\n", {{"1", 2}});
  EXPECT_EQ(column(table.data.train, 0), (Numbers{1, 2, 1, 2}));
}

TEST_F(Embed, WhereAllAreRareEachHasARow) {
  const TableData table = load("shop,sold\na,1\nb,2\nc,3\n", {{"shop", 2}});
  EXPECT_EQ(column(table.data.train, 0), (Numbers{1, 2, 3}));
}

std::string many(std::size_t categories, std::size_t times) {
  std::string text = "shop,few,sold\n";
  for (std::size_t i = 0; i < categories * times; ++i)
    text += fmt::format("s{},{},{}\n", i % categories, "xyz"[i % 3], i * 7 % 101);
  return text;
}

// Columns of up to 20 categories stay 0/1 features.
TEST_F(Embed, AllColumnsOfManyCategories) {
  options.csv.embed_many = true;
  const TableData table = load(many(30, 3), {});
  EXPECT_EQ(table.schema.row_columns(), (Sizes{{31, embedding_size(30)}, {3}}));
  EXPECT_EQ(table.columns[0].kind,
            fmt::format("category of 30, {} learned numbers for each", embedding_size(30)));
  EXPECT_TRUE(load(many(20, 3), {}).schema.row_columns().empty());
  EXPECT_EQ(load(many(20, 3), {{"few", 0}}).schema.row_columns()[1],
            (std::vector<std::size_t>{4, embedding_size(3)}));
}

TEST_F(Embed, AnyNumberOfCategories) {
  options.csv.most_categories = 50;
  std::string text = "shop,sold\n";
  for (int i = 0; i < 180; ++i) text += fmt::format("s{},{}\n", i / 3, i * 7 % 101);
  test::expect_error(ErrorKind::data, {"one more than the 50 categories", "--embed"},
                     [&] { load(text, {}); });
  EXPECT_EQ(load(text, {{"shop", 2}}).schema.columns[0].categories.size(), 60u);
}

TEST_F(Embed, SizesFollowTheRuleOfFastai) {
  EXPECT_EQ(embedding_size(1), 2u);
  EXPECT_EQ(embedding_size(10), 6u);
  EXPECT_EQ(embedding_size(1000), 77u);
  EXPECT_EQ(embedding_size(1'000'000), 600u);
}

TEST_F(Embed, TheSchemaReadsBackTheSame) {
  const TableData table = load(kShops, {{"shop", 3}});
  const std::string text = table.schema.to_json();
  EXPECT_EQ(TableSchema::from_json(text), table.schema);
  for (const char* wrong : {"0", "-1", "2.5", "\"3\"", "99999999999"}) {
    std::string damaged = text;
    const std::string known = "\"embedding\":3";
    damaged.replace(damaged.find(known), known.size(), std::string("\"embedding\":") + wrong);
    test::expect_error(ErrorKind::model, {"embedding"}, [&] { TableSchema::from_json(damaged); });
  }
}

TEST_F(Embed, RefusesWhatIsNamedTwiceOrTakesTooMuch) {
  test::expect_error(ErrorKind::data, {"\"shop\" is named twice"}, [&] {
    load(kShops, {{"shop", 3}, {"1", 2}});
  });
  test::expect_error(ErrorKind::data, {"\"sold\" is named for two purposes"}, [&] {
    options.csv.targets = {"sold"};
    load(kShops, {{"sold", 3}});
  });
  options.csv.targets = {};
  test::expect_error(ErrorKind::data, {"9000000 learned numbers for each of 3 categories"}, [&] {
    load(kShops, {{"shop", 9'000'000}});
  });
}

}  // namespace
}  // namespace lithe
