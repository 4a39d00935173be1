#include "data/tables/csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using namespace std::string_view_literals;
using Rows = std::vector<std::vector<float>>;
using Texts = std::vector<std::string>;

void expect_bad(const Texts& words, std::string_view text, const CsvOptions& options = {}) {
  expect_error(ErrorKind::data, words, [&] { csv(text, options); });
}

CsvOptions with(MissingPolicy policy, bool indicator = false) {
  CsvOptions options;
  options.missing = policy;
  options.indicator = indicator;
  return options;
}

TEST(Csv, ReadsNumbersAndClasses) {
  const auto part = csv("a,b,kind\n1,2.5,yes\n-3,.5,no\n1e2,+7,yes\n");
  EXPECT_EQ(rows_of(part.examples), (Rows{{1, 2.5}, {-3, .5}, {100, 7}}));
  EXPECT_EQ(part.class_names, (Texts{"no", "yes"}));
  EXPECT_EQ(labels_of(part.examples), (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_EQ(part.examples.classes, 2u);
  EXPECT_EQ(part.shape, std::vector<std::size_t>{2});
  EXPECT_EQ(part.schema.target()->name, "kind");
  EXPECT_EQ(part.schema.feature_names(), (Texts{"a", "b"}));
}

TEST(Csv, ReadsAnyLineEndDelimiterAndQuote) {
  const Rows expected = {{1, 2}, {3, 4}};
  for (const char* text : {"a,b,c\n1,2,3\n3,4,5\n", "a,b,c\r\n1,2,3\r\n3,4,5",
                           "\xEF\xBB\xBF\"a\",b,c\n1,2,3\n3,4,5\n\n", "a;b;c\n1;2;3\n3;4;5",
                           "a\tb\tc\n1\t2\t3\n3\t4\t5", "a|b|c\n1|2|3\n3|4|5",
                           "a, b ,c\n \"1\" , 2,3\n3,\"4\" ,5\r\n\r\n", "1,2,3\n3,4,5",
                           "\"a\nx\",b,c\n1,2,3\n3,4,5\n"})
    EXPECT_EQ(rows_of(csv(text).examples), expected) << text;
}

TEST(Csv, ALineNamesADelimiterIfItCanBeOne) {
  EXPECT_EQ(rows_of(csv("sep=;\na;b\n1;2\n").examples), (Rows{{1}}));
  EXPECT_EQ(csv("sep=b,y\n1,2\n").schema.columns[0].name, "sep=b");
}

TEST(Csv, TellsHeaderAndTask) {
  EXPECT_FALSE(csv("5.1,3.5,setosa\n4.9,3,virginica\n").schema.header);
  EXPECT_TRUE(csv(",x,y\n0,2,0\n").schema.header);
  EXPECT_EQ(csv(",x,y\n0,2,0\n").schema.columns[0].name, "column 1");
  EXPECT_EQ(csv("x,y\n1,0.5\n").schema.task, TableTask::regression);
  EXPECT_EQ(csv("x,y\n1,10\n2,-1\n").class_names, (Texts{"-1", "10"}));
  CsvOptions options;
  options.task = TableTask::regression;
  EXPECT_EQ(targets_of(csv("x,y\n1,10\n2,-1\n", options).examples), (std::vector<float>{10, -1}));
  options.task = TableTask::none;
  EXPECT_EQ(csv("x,y\n1,10\n", options).examples.features.columns, 2u);
  options = {};
  options.header = CsvHeader::yes;
  EXPECT_EQ(csv("1,2\n3,4\n", options).examples.features.rows, 1u);
  options.header = CsvHeader::no;
  EXPECT_EQ(rows_of(csv("p,2\nq,4\n", options).examples), (Rows{{1, 0}, {0, 1}}));
  std::string many = "x,y\n";
  for (int i = 0; i < 21; ++i) many += fmt::format("1,{}\n", i);
  EXPECT_EQ(csv(many).schema.task, TableTask::regression);
  options = {};
  options.task = TableTask::classification;
  EXPECT_EQ(csv(many, options).class_names.size(), 21u);
  EXPECT_EQ(csv("x,y\n1,1\n1,1.0\n1,01\n1,b\n", options).class_names, (Texts{"1", "b"}));
}

TEST(Csv, PicksColumnsByNameOrNumber) {
  CsvOptions options;
  options.targets = {"1"};
  options.weight = "w";
  options.ignore = {"note", "4"};
  const auto part = csv("y,w,note,id,x\n1.5,2,\"a,\nb\",7,3\n2.5,0,,8,4\n", options);
  EXPECT_EQ(rows_of(part.examples), (Rows{{3}, {4}}));
  EXPECT_EQ(targets_of(part.examples), (std::vector<float>{1.5, 2.5}));
  EXPECT_EQ(part.examples.weights[0], 2);
  EXPECT_EQ(part.examples.weights[1], 0);
  options.targets = {"x2"};
  expect_bad({"no column 'x2'", "5 columns"}, "y,w,note,id,x\n1.5,2,a,7,3\n", options);
  options.targets = {"w"};
  expect_bad({"\"w\" is named for two purposes"}, "y,w,note,id,x\n1.5,2,a,7,3\n", options);
  options.targets = {"y"};
  expect_bad({"weight below 0", "line 2, column 2 (\"w\")"}, "y,w,note,id,x\n1,-2,a,7,3\n",
             options);
}

TEST(Csv, TurnsCategoriesIntoColumns) {
  CsvOptions options;
  options.categorical = {"size"};
  const auto part = csv("colour,size,y\nred,10,1\n\"bl\"\"ue\",9,2\nred,x,1\n", options);
  EXPECT_EQ(part.schema.feature_names(),
            (Texts{"colour=bl\"ue", "colour=red", "size=10", "size=9", "size=x"}));
  EXPECT_EQ(rows_of(part.examples), (Rows{{0, 1, 1, 0, 0}, {1, 0, 0, 1, 0}, {0, 1, 0, 0, 1}}));
  options.most_categories = 2;
  expect_bad({"'x' is one more than the 2", "line 6, column 2 (\"size\")", "--ignore"},
             "colour,size,y\nred,10,1\nblue,9,2\nred,9,1\nred,9,1\nred,x,1\n", options);
}

TEST(Csv, ReplacesMissingValues) {
  const char* text = "a,b,y\n1,p,0\nNA,?,1\n4,q,0\n10,,1\n";
  expect_bad({"missing", "t.csv, line 3, column 1 (\"a\")"}, text, with(MissingPolicy::error));
  const float mean = static_cast<float>((1. + 4. + 10.) / 3);
  EXPECT_EQ(rows_of(csv(text, with(MissingPolicy::mean)).examples),
            (Rows{{1, 1, 0}, {mean, 0, 0}, {4, 0, 1}, {10, 0, 0}}));
  EXPECT_EQ(rows_of(csv(text, with(MissingPolicy::median)).examples)[1], (Rows{{4, 0, 0}})[0]);
  EXPECT_EQ(rows_of(csv(text, with(MissingPolicy::zero, true)).examples),
            (Rows{{1, 0, 1, 0, 0}, {0, 1, 0, 0, 1}, {4, 0, 0, 1, 0}, {10, 0, 0, 0, 1}}));
  const auto dropped = csv(text, with(MissingPolicy::drop_row));
  EXPECT_EQ(rows_of(dropped.examples), (Rows{{1, 1, 0}, {4, 0, 1}}));
  EXPECT_EQ(dropped.dropped_rows, 2u);
  EXPECT_EQ(dropped.class_names, Texts{"0"});
  CsvOptions options = with(MissingPolicy::mean);
  options.missing_texts = {"-999"};
  EXPECT_EQ(rows_of(csv("a,y\n-999,0\n1,1\n3,1\n", options).examples), (Rows{{2}, {1}, {3}}));
  EXPECT_EQ(
      csv("a,y\n1,0\n2,1\n3,1\n4,1\n", with(MissingPolicy::median)).schema.columns[0].replacement,
      2.5);
}

TEST(Csv, RefusesWhatItCannotReplace) {
  expect_bad({"the target is missing in every row"}, "a,y\n1,\n", with(MissingPolicy::mean));
  expect_bad({"no column is left"}, "a,y\n,1\n,2\n", with(MissingPolicy::mean));
  expect_bad({"no column is left", "\"a\" is left out: it has no values"}, "a,y\n,1\n,2\n",
             with(MissingPolicy::drop_row));
  expect_bad({"every row"}, "a,b,y\n,1,1\n3,,2\n", with(MissingPolicy::drop_row));
}

TEST(Csv, RefusesBrokenFiles) {
  expect_bad({"the file is empty", "t.csv"}, "");
  expect_bad({"the file is empty"}, "\r\n\n");
  expect_bad({"header but no rows"}, "a,b,c\n");
  expect_bad({"only 2 of the 3 fields", "line 3, column 2 (\"b\")"}, "a,b,c\n1,2,3\n4,5\n6,7,8\n");
  expect_bad({"more of the 3 fields", "line 2, column 3"}, "a,b,c\n1,2,3,4\n");
  expect_bad({"only 1 of the 2", "line 3, column 1"}, "1,2\n3,4\n\n5,6\n");  // after a blank line 3
  expect_bad({"\"a\" twice", "line 1, column 3"}, "a,b,a\n1,2,3\n");
  expect_bad({"never closed", "line 3, column 2"}, "a,b,c\n1,2,3\n4,\"5,6\n7,8,9\n");
  expect_bad({"behind the closing quote", "line 2, column 1"}, "a,b\n\"1\"2,3\n");
  expect_bad({"carriage return", "line 1, column 2"}, "a,b\r1,2\r");
  expect_bad({"NUL byte", "UTF-16", "line 1, column 1"}, "a\0,\0b\0\n\0"sv);
  expect_bad({"NUL byte", "line 2, column 1"}, "a,b\nx\0y,2\n"sv);
  expect_bad({"byte 3 of the text, 0xFF, is not UTF-8", "line 3, column 1 (\"a\")"},
             "a,b\nx,1\nxy\xFFz,2\n");
  expect_bad({"0xB0, is not UTF-8", "line 2, column 1"},
             "a,b\n20 \xB0"
             "C,1\n30 \xB0"
             "C,2\n");  // a unit
  expect_bad({"not UTF-8", "line 1, column 2"}, "a,\xC0\x80\n1,2\n");
  expect_bad({"no column is left"}, "a\n1\n");
}

TEST(Csv, BlankLinesAreMissingValuesOfASingleColumn) {
  CsvOptions options = with(MissingPolicy::zero);
  options.task = TableTask::none;
  EXPECT_EQ(rows_of(csv("a\n1\n\n2\n\n\n", options).examples), (Rows{{1}, {0}, {2}}));
  const std::string blanks(1'000'000, '\n');
  EXPECT_EQ(csv("a\n1" + blanks + "2", options).examples.features.rows, 1'000'001u);
}

TEST(Csv, RefusesTextsAmongNumbers) {
  expect_bad({"2 of the 4 values of the column are numbers, but not 'abc'",
              "line 4, column 1 (\"a\")", "--missing-text \"abc\"", "--categorical \"a\""},
             "a,b\n1,2\n2,3\nabc,4\ndef,4\n");
  expect_bad({"1 of the 2 values of the column are numbers, but not 'x'", "line 3, column 2"},
             "a,y\n1,2\n3,x\n");
  expect_bad({"too large", "line 2, column 1"}, "a,b\n1e999,2\n");
  expect_bad({"too large", "line 2, column 1"}, "a,b\n\"-4e38\",2\n");
  expect_bad({"'inf'", "infinite", "line 3, column 1"}, "a,b\n1,2\ninf,2\n");
  expect_bad({"but not '-Infinity' (it is infinite)"}, "a,b\n1,2\n-Infinity,2\n");
  expect_bad({"'0x1F'", "hexadecimal"}, "a,b\n1,2\n0x1F,2\n");
  expect_bad({"'1,5'", "decimal comma"}, "a;b\n1.5;2\n1,5;3\n");
  expect_bad({"but not '1.5.2'"}, "a,b\n1,2\n1.5.2,2\n");
}

TEST(Csv, RefusesWideAndLargeTables) {
  const std::string wide(10'000'000, ',');
  expect_bad({"more than the 1000000 columns", "line 1"}, wide);
  TableOptions options;
  options.most_bytes = 100;
  expect_error(ErrorKind::data, {"13 rows of 2 features", "100 bytes"}, [&] {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "1,2,3\n";
    parse_csv(text, "t", options);
  });
  options.most_bytes = 1000;  // rows are small as they are read, not once categories are columns
  expect_error(ErrorKind::data, {"50 rows of 20 features"}, [&] {
    std::string text = "a,y\n";
    for (int i = 0; i < 50; ++i) text += fmt::format("c{},{}\n", i % 20, i % 2);
    parse_csv(text, "t", options);
  });
}

TEST(Csv, ReportsProgressAndStops) {
  TableOptions options;
  std::string text = "a,b\n";
  for (int i = 0; i < 100'000; ++i) text += std::string(200, ' ') + "1,2\n";
  std::vector<std::uint64_t> done;
  options.progress = [&](std::uint64_t now, std::uint64_t total) {
    EXPECT_EQ(total, text.size());
    done.push_back(now);
    return true;
  };
  parse_csv(text, "t", options);
  ASSERT_EQ(done.size(), 2u);
  EXPECT_EQ(done.back(), text.size());
  options.progress = [](std::uint64_t, std::uint64_t) { return false; };
  expect_error(ErrorKind::data, {"stopped"}, [&] { parse_csv(text, "t", options); });
}

// Random tables, written with random quotes, blanks and line ends, are read back as they were.
class CsvWriter {
 public:
  explicit CsvWriter(unsigned seed) : random_(seed) {}

  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  std::string text() {
    static const Texts pieces = {"a",    "Z", "\"",       ",", ";",  "\n",
                                 "\r\n", " ", "\xC3\xA9", "|", "\t", "7"};
    std::string text = "t";  // so that it is no number and not missing
    for (int i = below(6); i > 0; --i) text += pieces[static_cast<std::size_t>(below(12))];
    return text;
  }

  std::string quoted(const std::string& field, char delimiter) {
    const bool must = field.find_first_of("\"\n\r") != field.npos ||
                      field.find(delimiter) != field.npos || field.back() == ' ' ||
                      field.back() == '\t';
    if (!must && below(3) != 0) return below(4) == 0 ? " " + field + "  " : field;
    std::string out = "\"";
    for (const char c : field) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + '"';
  }

 private:
  std::mt19937 random_;
};

TEST(Csv, ReadsBackRandomTables) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CsvWriter writer(seed);
    const char delimiter = ",;\t|"[writer.below(4)];
    const std::string line_end = writer.below(2) == 0 ? "\n" : "\r\n";
    const int columns = 1 + writer.below(5), rows = 1 + writer.below(30);
    std::vector<bool> is_text;
    std::string file;
    for (int i = 0; i <= columns; ++i) {
      is_text.push_back(writer.below(3) == 0);
      file += writer.quoted(fmt::format("c{}", i), delimiter) +
              (i < columns ? std::string(1, delimiter) : line_end);
    }
    std::vector<Texts> cells;
    for (int row = 0; row < rows; ++row) {
      Texts fields;
      for (int i = 0; i <= columns; ++i) {
        const bool text = is_text[static_cast<std::size_t>(i)];
        fields.push_back(text ? writer.text()
                              : fmt::format("{}", (writer.below(20001) - 10000) / 64.));
        file += writer.quoted(fields.back(), delimiter) +
                (i < columns ? std::string(1, delimiter) : std::string());
      }
      if (row + 1 < rows || writer.below(2) == 0) file += line_end;
      cells.push_back(fields);
    }
    CsvOptions options;
    options.delimiter = delimiter;
    options.header = CsvHeader::yes;
    for (int i = 0; i < columns; ++i)  // texts that are all different are left out unless named
      if (is_text[static_cast<std::size_t>(i)])
        options.categorical.push_back(fmt::format("c{}", i));
    const auto part = csv(file, options);
    ASSERT_EQ(part.examples.features.rows, cells.size()) << file;
    for (std::size_t row = 0; row < cells.size(); ++row) {
      std::vector<float> expected;
      for (std::size_t i = 0; i + 1 < cells[row].size(); ++i) {
        if (!is_text[i]) expected.push_back(std::stof(cells[row][i]));
        for (const auto& category : part.schema.columns[i].categories)
          expected.push_back(category == cells[row][i] ? 1.F : 0.F);
      }
      ASSERT_EQ(row_of(part.examples, row), expected) << file;
      const std::string& answer = cells[row].back();
      if (is_text.back()) {
        const auto label = static_cast<std::size_t>(part.examples.labels[row]);
        ASSERT_EQ(part.class_names[label], answer) << file;
      } else if (part.examples.targets != nullptr) {
        ASSERT_EQ(part.examples.targets[row], std::stof(answer)) << file;
      }
    }
  }
}

}  // namespace
}  // namespace lithe::data
