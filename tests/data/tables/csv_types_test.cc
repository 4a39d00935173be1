// What columns are taken for, decided over all of their cells.
#include "data/tables/csv_types.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Rows = std::vector<std::vector<float>>;

// A table of one feature, with a target that alternates.
std::string table(const std::vector<std::string>& cells, char delimiter = ',') {
  std::string text = fmt::format("a{}y\n", delimiter);
  for (std::size_t i = 0; i < cells.size(); ++i)
    text += fmt::format("{}{}{}\n", cells[i], delimiter, i % 2 == 0 ? "p" : "q");
  return text;
}

std::vector<float> column(const TablePart& part) {
  std::vector<float> values;
  for (std::size_t i = 0; i < part.examples.features.rows; ++i)
    values.push_back(row_of(part.examples, i)[0]);
  return values;
}

bool warns(const TablePart& part, const std::string& remedy) {
  return std::ranges::any_of(
      part.notes, [&](const TableNote& note) { return note.warning && note.remedy == remedy; });
}

TEST(CsvTypes, ReadsNumbersInAnyWriting) {
  const auto part = csv(table({"\"7,123,456\"", "\"19,498\"", "12.5", "$3", "(4)"}));
  EXPECT_EQ(column(part), (std::vector<float>{7123456, 19498, 12.5, 3, -4}));
  EXPECT_EQ(part.schema.columns[0].kind, ColumnKind::number);
}

TEST(CsvTypes, PercentSignsAreInAllRowsOrInNone) {
  const auto part = csv(table({"50%", "7 %", "(5%)", "0"}));
  EXPECT_EQ(column(part), (std::vector<float>{.5F, .07F, -.05F, 0}));
  EXPECT_EQ(part.schema.columns[0].unit, "%");
  EXPECT_THROW(csv(table({"50%", "7", "8%"})), Error);
  EXPECT_THROW(csv(table({"50", "7", "8%"})), Error);
  const TableSchema& known = part.schema;
  const auto read = [&](const char* cell) {
    return column(parse_csv(fmt::format("a,y\n{},p\n", cell), "n.csv", {}, &known).test);
  };
  EXPECT_EQ(read("30%"), (std::vector<float>{.3F}));
  EXPECT_EQ(read("0"), (std::vector<float>{0}));
  EXPECT_THROW(read("30"), Error);
}

TEST(CsvTypes, TellsTheDecimalSignFromAllNumbers) {
  EXPECT_EQ(column(csv(table({"1,5", "2", "1.234,5", "1.234"}, ';'))),
            (std::vector<float>{1.5, 2, 1234.5, 1234}));
  const auto open = csv(table({"\"1,234\"", "\"2,345\""}));
  EXPECT_EQ(column(open), (std::vector<float>{1234, 2345}));
  EXPECT_TRUE(warns(open, "--decimal comma"));
  CsvOptions options;
  options.decimal = ',';
  const auto told = csv(table({"\"1,234\"", "\"2,345\""}), options);
  EXPECT_EQ(column(told), (std::vector<float>{1.234F, 2.345F}));
  EXPECT_FALSE(warns(told, "--decimal comma"));
}

TEST(CsvTypes, FindsMissingMarksWhereverTheyStand) {
  for (const char* mark : {"N/A", "None", "NULL", "#N/A", "-", "?", "nan", "NA", "null", "n/a", ""})
    for (std::size_t place : {0, 3}) {
      std::vector<std::string> cells = {"1", "2", "3", "6"};
      cells[place] = mark;
      const auto part = csv(table(cells));
      SCOPED_TRACE(fmt::format("'{}' at {}", mark, place));
      ASSERT_EQ(part.examples.features.columns, 1u);
      EXPECT_EQ(part.schema.columns[0].kind, ColumnKind::number);
      EXPECT_EQ(column(part)[place], place == 0 ? 11 / 3.F : 2);
      EXPECT_EQ(part.columns[0].missing, 1u);
    }
}

TEST(CsvTypes, ReadsDatesAndBooleans) {
  const auto dates = csv(table({"2024-01-01", "2024-01-31", "NA", "2024-03-01"}));
  EXPECT_EQ(dates.schema.columns[0].format, CellFormat::date);
  EXPECT_EQ(column(dates)[1] - column(dates)[0], 30);
  EXPECT_EQ(csv(table({"13/1/2024", "2/1/2024"})).schema.columns[0].date_order,
            DateOrder::day_first);
  EXPECT_EQ(csv(table({"1/13/2024", "2/1/2024"})).schema.columns[0].date_order,
            DateOrder::month_first);
  EXPECT_TRUE(warns(csv(table({"1/2/2024", "2/1/2024"})), "--dates day-first"));
  const auto booleans = csv(table({"yes", "No", "1", "TRUE"}));
  EXPECT_EQ(booleans.schema.columns[0].format, CellFormat::boolean);
  EXPECT_EQ(column(booleans), (std::vector<float>{1, 0, 1, 1}));
}

TEST(CsvTypes, KeepsCloseNumbersFarFromZeroApart) {
  const auto part = csv(table({"1700000001", "1700000002", "1700000005"}));
  EXPECT_EQ(column(part)[1] - column(part)[0], 1);
  EXPECT_EQ(column(part)[2] - column(part)[0], 4);
  const auto again = parse_csv("a,y\n1700000003,p\n", "t.csv", {}, &part.schema).test;
  EXPECT_EQ(column(again)[0] - column(part)[0], 2);
  EXPECT_EQ(csv(table({"2001", "2005", "2020"})).schema.columns[0].offset, 0);
}

TEST(CsvTypes, LooksAtAllRowsWhereTheFirstDoNotSettleIt) {
  std::vector<std::string> cells(5000, "1.5");
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = fmt::format("{}", i % 7);
  cells[4000] = "0.5x";
  expect_error(ErrorKind::data,
               {"4999 of the 5000 values of the column are numbers, but not '0.5x'",
                "line 4002, column 1 (\"a\")"},
               [&] { csv(table(cells)); });
  CsvOptions options;
  options.missing_texts = {"0.5x"};
  EXPECT_EQ(csv(table(cells), options).columns[0].missing, 1u);
  options = {};
  options.categorical = {"a"};
  EXPECT_EQ(csv(table(cells), options).schema.columns[0].categories.size(), 8u);
  cells[4000] = "\"1,234\"";
  EXPECT_EQ(column(csv(table(cells)))[4000], 1234);
  for (std::size_t i = 3000; i < cells.size(); ++i) cells[i] = fmt::format("code {}", i % 5);
  for (std::size_t i = 0; i < 3000; ++i) cells[i] = i % 2 == 0 ? "12" : "code 9";
  EXPECT_EQ(csv(table(cells)).schema.columns[0].kind, ColumnKind::category);
}

TEST(CsvTypes, LeavesOutWhatSaysNothing) {
  std::string text = ",id,name,empty,x,y\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("{},{},name {},,{},{}\n", i, i + 1, i, i % 3, i % 2 == 0 ? "p" : "q");
  const auto part = csv(text);
  EXPECT_EQ(part.schema.feature_names(), std::vector<std::string>{"x"});
  ASSERT_EQ(part.columns.size(), 6u);
  EXPECT_EQ(part.columns[0].kind, "left out: it counts the rows");
  EXPECT_EQ(part.columns[1].kind, "left out: it counts the rows");
  EXPECT_TRUE(part.columns[2].kind.starts_with("left out: its texts are nearly all different"));
  EXPECT_EQ(part.columns[3].kind, "left out: it has no values");
  CsvOptions options;
  options.categorical = {"name"};
  EXPECT_EQ(csv(text, options).schema.feature_names().size(), 61u);
}

TEST(CsvTypes, LeavesOutAnIndexInAnyOrder) {
  std::string text = "{},x,y\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("{},{},{}\n", i * 37 % 60 * 3, i % 3, i % 2 == 0 ? "p" : "q");
  const auto with = [&](const char* heading) { return heading + text.substr(2); };
  for (const char* heading : {"", "Unnamed: 0", "id", "Index"}) {
    SCOPED_TRACE(heading);
    EXPECT_EQ(csv(with(heading)).schema.feature_names(), std::vector<std::string>{"x"});
  }
  EXPECT_EQ(csv(with("size")).schema.feature_names(), (std::vector<std::string>{"size", "x"}));
  CsvOptions options;
  options.numeric = {"id"};
  EXPECT_EQ(csv(with("id"), options).schema.feature_names(), (std::vector<std::string>{"id", "x"}));
  // A column without a heading that is no index has a name.
  EXPECT_EQ(csv("a,,y\n0.5,1.5,p\n2,3.5,q\n1,1,p\n").schema.feature_names(),
            (std::vector<std::string>{"a", "column 2"}));
}

TEST(CsvTypes, TakesNumbersWithAZeroInFrontForCodes) {
  const std::string text = table({"01948", "10115", "01948", "10115", "01948", "10115"});
  const auto part = csv(text);
  EXPECT_EQ(part.schema.columns[0].categories, (std::vector<std::string>{"01948", "10115"}));
  EXPECT_TRUE(warns(part, "--numeric \"a\""));
  CsvOptions options;
  options.numeric = {"a"};
  EXPECT_EQ(column(csv(text, options))[0], 1948);
  EXPECT_EQ(csv(table({"05", "12", "0", "0.5"})).schema.columns[0].kind, ColumnKind::number);
  // Also where the first thousand rows have none.
  std::vector<std::string> many(3000, "10115");
  many[2500] = "01948";
  EXPECT_EQ(csv(table(many)).schema.columns[0].categories.size(), 2u);
  EXPECT_EQ(csv(table(many), options).schema.columns[0].kind, ColumnKind::number);
  options.numeric = {"y"};
  expect_error(ErrorKind::data, {"no numbers, such as 'p'"}, [&] {
    options.targets = {"a"};
    csv(table({"1.5", "2", "3"}), options);
  });
}

TEST(CsvTypes, ReadsNumbersWithAUnit) {
  const auto part = csv(table({"2.14 kg", "3 kg", "NA", "1.5kg"}));
  EXPECT_EQ(part.schema.columns[0].unit, "kg");
  EXPECT_EQ(column(part)[0], 2.14F);
  EXPECT_EQ(TableSchema::from_json(part.schema.to_json()), part.schema);
  EXPECT_EQ(part.columns[0].format(), "number, 1.5 to 3 kg, 1 missing");
  EXPECT_EQ(column(csv(table({"2,14 m2", "3,5 m2", "1 m2"}, ';')))[1], 3.5F);
  expect_error(ErrorKind::data, {"'3 g' where a number belongs"},
               [&] { parse_csv("a,y\n3 g,p\n", "t.csv", {}, &part.schema); });
  expect_error(ErrorKind::data, {"but not '2 kg'"}, [] { csv(table({"1", "2 kg", "3", "4"})); });
  EXPECT_EQ(csv(table({"1 kg", "2 g", "1 kg", "2 g"})).schema.columns[0].kind,
            ColumnKind::category);
  EXPECT_EQ(csv(table({"1st", "2nd", "1st", "2nd"})).schema.columns[0].kind, ColumnKind::category);
}

TEST(CsvTypes, ReadsTimesAndDurations) {
  const auto times = csv(table({"06:30", "18:00", "23:59"}));
  EXPECT_EQ(times.columns[0].format(), "time of day, 06:30 to 23:59");
  const auto durations = csv(table({"2 days 12:00:00", "0 days 06:00:00", "-1 days +18:00:00",
                                    "\"1 day, 6:00:00\"", "12:00:00", "3 days"}));
  EXPECT_EQ(column(durations), (std::vector<float>{2.5, .25, -.25, 1.25, .5, 3}));
  EXPECT_EQ(durations.columns[0].kind, "duration");
  EXPECT_EQ(TableSchema::from_json(durations.schema.to_json()), durations.schema);
}

TEST(CsvTypes, ShowsTheRangeOfAllRows) {
  std::string text = "a,y\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("{}.5,{}\n", i == 50 ? 9000 : i, i % 2);
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    TableOptions options;
    options.seed = seed;
    EXPECT_EQ(parse_csv(text, "t.csv", options).train.columns[0].high, 9000.5);
  }
}

TEST(CsvTypes, CountsTheTextsOfTheRowsThatStay) {
  std::string text = "name,a,y\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("name {},{},{}\n", i, i % 7, i < 20 ? "" : i % 2 == 0 ? "p" : "q");
  EXPECT_EQ(csv(text).columns[0].kind,
            "left out: its texts are nearly all different (40 in 40 rows)");
}

TEST(CsvTypes, WarnsOfSentinels) {
  const auto part = csv(table({"1", "2", "-999", "3", "-999", "2"}));
  EXPECT_TRUE(warns(part, "--missing-text -999"));
  CsvOptions options;
  options.missing_texts = {"-999"};
  const auto told = csv(table({"1", "2", "-999", "3", "-999", "2"}), options);
  EXPECT_EQ(told.columns[0].missing, 2u);
  EXPECT_TRUE(told.notes.empty());
}

TEST(CsvTypes, LearnsFromTheRowsToTrainOnAlone) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 200; ++i)
    text += fmt::format("{},{},{}\n", i % 10 == 3 ? "" : fmt::to_string(i),
                        i == 77 ? "rare" : "usual", i % 2);
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    TableOptions options;
    options.seed = seed;
    const TableParts parts = parse_csv(text, "t.csv", options);
    double sum = 0, count = 0;
    const double mean = parts.train.schema.columns[0].replacement;
    for (const auto& row : rows_of(parts.train.examples))
      if (row[0] != static_cast<float>(mean)) sum += double{row[0]}, ++count;
    EXPECT_NEAR(mean, sum / count, 1e-3);
    const bool rare_is_tested = std::ranges::any_of(rows_of(parts.test.examples),
                                                    [](const auto& row) { return row[0] == 77; });
    EXPECT_EQ(parts.train.schema.columns[1].categories.size(), rare_is_tested ? 1u : 2u);
  }
}

TEST(CsvTypes, LeavesOutRowsWithoutATarget) {
  const auto part = csv("a,y\n1,p\n2,\n3,q\n4,NA\n");
  EXPECT_EQ(part.examples.features.rows, 2u);
  EXPECT_EQ(part.dropped_rows, 2u);
}

TEST(CsvTypes, ReadsSeveralTargets) {
  CsvOptions options;
  options.targets = {"u", "v"};
  const auto numbers = csv("a,u,v\n1,2.5,3\n4,5,6\n", options);
  EXPECT_EQ(numbers.schema.task, TableTask::regression);
  EXPECT_EQ(targets_of(numbers.examples), (std::vector<float>{2.5, 3, 5, 6}));
  const auto labels = csv("a,u,v\n1,0,yes\n4,1,no\n", options);
  EXPECT_EQ(labels.schema.task, TableTask::multi_label);
  EXPECT_EQ(labels.class_names, (std::vector<std::string>{"u", "v"}));
  EXPECT_EQ(targets_of(labels.examples), (std::vector<float>{0, 1, 1, 0}));
  EXPECT_EQ(TableSchema::from_json(labels.schema.to_json()), labels.schema);
}

TEST(CsvTypes, RefusesTargetsThatDoNotFitTheTask) {
  const std::string text = "a,u,v\n1,0,rot\n2,1,blau\n3,1,rot\n";
  CsvOptions options;
  options.targets = {"u", "v"};
  expect_error(ErrorKind::data, {"has texts such as 'rot'", "line 2, column 3", "--target \"v\""},
               [&] { csv(text, options); });
  options.task = TableTask::classification;
  expect_error(ErrorKind::data, {"the classes of one target", "--target \"u\""},
               [&] { csv(text, options); });
  options.task = TableTask::multi_label;
  options.targets = {"u"};
  expect_error(ErrorKind::data, {"\"u\" is one", "--task classification"},
               [&] { csv(text, options); });
  options.targets = {"u,v"};
  expect_error(ErrorKind::data, {"--target u --target v"}, [&] { csv(text, options); });
  options.targets = {"u", "u"};
  expect_error(ErrorKind::data, {"named twice"}, [&] { csv(text, options); });
}

TEST(CsvTypes, ReadsLabelsInOtherLanguages) {
  CsvOptions options;
  options.targets = {"u", "v"};
  const auto part = csv("a,u,v\n1,ja,oui\n2,nein,non\n3,Ja,non\n", options);
  EXPECT_EQ(part.schema.task, TableTask::multi_label);
  EXPECT_EQ(targets_of(part.examples), (std::vector<float>{1, 1, 0, 0, 1, 0}));
}

TEST(CsvTypes, TakesWholeNumbersForAQuantityWhereTheNetworkHasOneOutput) {
  CsvOptions options;
  EXPECT_EQ(csv("a,y\n1,3\n2,4\n3,5\n", options).schema.task, TableTask::classification);
  options.one_output = true;
  EXPECT_EQ(csv("a,y\n1,3\n2,4\n3,5\n", options).schema.task, TableTask::regression);
  EXPECT_EQ(csv("a,y\n1,0\n2,1\n3,1\n", options).schema.task, TableTask::classification);
}

// As the command does for `evaluate`: with the schema that a model keeps.
TEST(CsvTypes, ATableIsReadAgainAsItWasLearned) {
  const std::vector<std::vector<const char*>> formats = {{"2 doors", "4 doors", "5 doors"},
                                                         {"2.5 kg", "4.25 kg", "1 kg"},
                                                         {"20 °C", "21 °C", "-4 °C"},
                                                         {"$5", "$10", "$20"},
                                                         {"5 €", "10 €", "20 €"},
                                                         {"12.5%", "20%", "0%"},
                                                         {"10%", "20%", "30%"},
                                                         {"2024-01-01", "2024-01-02", "2024-03-01"},
                                                         {"0:10:30", "1:00:00", "2:30:15"},
                                                         {"\"1,000\"", "\"2,500\"", "\"1,250\""},
                                                         {"01", "02", "10"},
                                                         {"1", "1.0", "2"},
                                                         {"yes", "no", "yes"},
                                                         {"True", "False", "True"},
                                                         {"setosa", "$5", "2 doors"},
                                                         {"+1", "-1", "0"}};
  for (const auto& cells : formats)
    for (const bool target : {true, false}) {
      std::string text = "x,y\n";
      for (int i = 0; i < 12; ++i) {
        const char* const cell = cells[static_cast<std::size_t>(i % 3)];
        text += target ? fmt::format("{}.5,{}\n", i, cell) : fmt::format("{},{}.5\n", cell, i);
      }
      SCOPED_TRACE(text);
      const TablePart part = csv(text);
      const TableSchema schema = TableSchema::from_json(part.schema.to_json());
      EXPECT_EQ(schema, part.schema);
      const TablePart again = parse_csv(text, "again", {}, &schema).test;
      EXPECT_EQ(rows_of(again.examples), rows_of(part.examples));
      if (part.schema.task == TableTask::classification)
        EXPECT_EQ(labels_of(again.examples), labels_of(part.examples));
      else
        EXPECT_EQ(targets_of(again.examples), targets_of(part.examples));
    }
}

}  // namespace
}  // namespace lithe::data
