// What stands around a table, and headers with a field more or less than the rows.
#include "data/tables/csv_frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Names = std::vector<std::string>;

// Five rows of a number, a small number and a class.
std::string rows(std::string_view end = "", char delimiter = ',') {
  std::string text;
  for (int i = 0; i < 5; ++i)
    text += fmt::format("{}{}{}.5{}{}{}\n", i + 3, delimiter, i, delimiter, i % 2 == 0 ? "p" : "q",
                        end);
  return text;
}

bool notes(const TablePart& part, const std::string& words) {
  return std::ranges::any_of(
      part.notes, [&](const TableNote& note) { return note.text.find(words) != note.text.npos; });
}

TEST(CsvFrame, LeavesOutSumsBelowTheTable) {
  for (const char* sum : {"Total,,5", "total:,25,", "\"Summe\",25,", "Summe 2024,1,x", ",Total,5",
                          "Total", "Total,,5\nMean,,1\n", "\nTotal,,5", "\nSource: by hand",
                          "Source: me", "Source:me", "* provisional figures", "Note: b, in metres",
                          "As of last week", "\nTotal,30,\nExported 2024-01-01 by Ada",
                          "Total,30,\n\nSource: me\n* provisional\n* figures"}) {
    SCOPED_TRACE(sum);
    const auto part = csv("a,b,y\n" + rows() + sum + "\n");
    EXPECT_EQ(part.examples.features.rows, 5u);
    EXPECT_EQ(part.schema.columns[0].kind, ColumnKind::number);
    EXPECT_EQ(part.class_names, (Names{"p", "q"}));
    EXPECT_TRUE(notes(part, "is left out: it is no row of the table"));
  }
}

TEST(CsvFrame, KeepsRowsThatAreNoSums) {
  EXPECT_EQ(csv("a,b,y\n" + rows() + "7,1.5,Total\n").class_names, (Names{"Total", "p", "q"}));
  EXPECT_EQ(csv("a,b,y\n" + rows() + "7,1.5,\"p\n\nTotal of all\"\n").class_names.size(), 3u);
  // A text that other rows have is a category.
  const auto part = csv("fee,b,y\nTotal,1,p\nhalf,2,q\nTotal,3,p\nhalf,2,q\nTotal,4,q\n");
  EXPECT_EQ(part.examples.features.rows, 5u);
  EXPECT_TRUE(part.notes.empty());
}

// It may be a row that was cut off, which is an error.
TEST(CsvFrame, KeepsALastLineThatDoesNotEnd) {
  const std::string text = "town,b,y\nNew York,1,p\nOslo,2,q\nLos Angeles,3,p\nRome,2,q\n";
  expect_error(ErrorKind::data, {"only 1 of the 3 fields", "line 6"},
               [&] { csv(text + "San Diego"); });
  EXPECT_EQ(csv(text + "Source: me").examples.features.rows, 4u);
}

TEST(CsvFrame, PassesOverTitles) {
  for (const char* title :
       {"Report of 2024\n", "Report of 2024\n\n", "Report of 2024, by hand\nof us\n",
        "Report of 2024\nmade by hand\nfor the board\n\n", "Report,,\n,,\n",
        "Report of 2024,,\nSource: us,,\n", "\n\n", "Sales\n\n"}) {
    SCOPED_TRACE(title);
    const auto part = csv(title + std::string("a,b,y\n") + rows());
    EXPECT_EQ(part.schema.feature_names(), (Names{"a", "b"}));
    EXPECT_EQ(part.examples.features.rows, 5u);
    EXPECT_EQ(notes(part, "the table begins at line"), title[0] != '\n');
  }
  // Lines are still those of the file.
  expect_error(ErrorKind::data, {"line 10, column 2"},
               [] { csv("Report of 2024\n\n\na,b,y\n" + rows() + "4,x,p\n1,2,q\n"); });
}

TEST(CsvFrame, TakesRowNamesWithoutAHeadingForThese) {
  for (const char delimiter : {',', ' ', '\t'}) {
    std::string text = fmt::format("\"a\"{}\"b\"{}\"y\"\n", delimiter, delimiter);
    for (int i = 0; i < 5; ++i)
      text += fmt::format("\"r {}\"{}{}{}{}.5{}\"{}\"\n", i, delimiter, i + 3, delimiter, i,
                          delimiter, i % 2 == 0 ? "p" : "q");
    const auto part = csv(text);
    EXPECT_EQ(part.schema.feature_names(), (Names{"a", "b"}));
    EXPECT_EQ(part.schema.target()->name, "y");
    EXPECT_TRUE(notes(part, "names of the rows"));
    // A file of one row, and one without row names, are read by the schema too.
    const std::string head = text.substr(0, text.find('\n', text.find('\n') + 1) + 1);
    EXPECT_EQ(parse_csv(head, "t.csv", {}, &part.schema).test.examples.features.rows, 1u);
    EXPECT_EQ(rows_of(parse_csv("a,b,y\n3,0.5,p\n", "t.csv", {}, &part.schema).test.examples),
              rows_of(parse_csv(head, "t.csv", {}, &part.schema).test.examples));
  }
}

TEST(CsvFrame, ReadsSeparatorsAtTheEndsOfSomeLines) {
  for (const auto& text : {"a,b,y,\n" + rows(), "a,b,y\n" + rows(","), "a,b,y,\n" + rows(",")}) {
    const auto part = csv(text);
    EXPECT_EQ(part.schema.feature_names(), (Names{"a", "b"}));
    EXPECT_EQ(part.schema.target()->name, "y");
    EXPECT_EQ(part.examples.features.rows, 5u);
  }
}

TEST(CsvFrame, DividesByBlanksWhereAsked) {
  CsvOptions options;
  options.delimiter = ' ';
  EXPECT_EQ(csv("a b y\n" + rows("", ' '), options).schema.feature_names(), (Names{"a", "b"}));
  // A text with a comma, where only the option says what divides the fields.
  EXPECT_EQ(csv("a b y\n1 2 p,q\n2 3 r\n3 1 r\n", options).class_names, (Names{"p,q", "r"}));
}

}  // namespace
}  // namespace lithe::data
