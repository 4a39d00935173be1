// Rows of a table as windows: those that there are, listed by hand at every edge.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/figure.h"
#include "base/file.h"
#include "data/examples/split.h"
#include "lithe/error.h"
#include "lithe/table.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe {
namespace {

using Numbers = std::vector<float>;

// A table of `rows` rows with the columns t = 1, 2, ..., x = 10 t and y = 100 t.
std::string table_of(std::size_t rows) {
  std::string text = "t,x,y\n";
  for (std::size_t t = 1; t <= rows; ++t) text += fmt::format("{},{},{}\n", t, 10 * t, 100 * t);
  return text;
}

class Windows : public testing::Test {
 protected:
  TableData load(const std::string& text, std::size_t length,
                 std::vector<std::size_t> horizons = {1}, std::size_t stride = 1,
                 double test_share = 0) {
    options.windows.length = length;
    options.windows.horizons = std::move(horizons);
    options.windows.stride = stride;
    options.test_share = test_share;
    options.csv.time = "t";
    base::write_file_atomically(file, text);
    return load_table(file, options);
  }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "series.csv";
  TableOptions options;
};

Numbers window(const Examples& part, std::size_t i) {
  const auto* values = reinterpret_cast<const float*>(part.features.row(i));
  return {values, values + part.features.columns};
}
Numbers answers(const Examples& part, std::size_t i) {
  return {part.targets + i * part.target_columns, part.targets + (i + 1) * part.target_columns};
}

TEST_F(Windows, OfEachRowAndTheOneBehind) {
  const TableData table = load(table_of(6), 3);
  EXPECT_EQ(table.data.shape, (std::vector<std::size_t>{3, 2}));
  EXPECT_EQ(table.windows->channels, (std::vector<std::string>{"x", "y"}));
  const Examples& train = table.data.train;
  ASSERT_EQ(train.features.rows, 3u);
  EXPECT_EQ(window(train, 0), (Numbers{10, 100, 20, 200, 30, 300}));
  EXPECT_EQ(window(train, 1), (Numbers{20, 200, 30, 300, 40, 400}));
  EXPECT_EQ(window(train, 2), (Numbers{30, 300, 40, 400, 50, 500}));
  EXPECT_EQ(answers(train, 0), (Numbers{400}));
  EXPECT_EQ(answers(train, 1), (Numbers{500}));
  EXPECT_EQ(answers(train, 2), (Numbers{600}));
  EXPECT_EQ(table.data.test.features.rows, 0u);
}

TEST_F(Windows, AreViewsOfTheRows) {
  const TableData table = load(table_of(6), 3);
  EXPECT_EQ(table.data.train.features.row_stride, 2 * sizeof(float));
}

TEST_F(Windows, OfOneRow) {
  const TableData table = load(table_of(3), 1);
  ASSERT_EQ(table.data.train.features.rows, 2u);
  EXPECT_EQ(window(table.data.train, 1), (Numbers{20, 200}));
  EXPECT_EQ(answers(table.data.train, 1), (Numbers{300}));
}

TEST_F(Windows, WithSeveralHorizonsAndAStride) {
  const TableData table = load(table_of(9), 2, {1, 3}, 2);
  const Examples& train = table.data.train;
  // Rows 1 and 2, 3 and 4, 5 and 6; behind rows 7 and 8 there is no third.
  ASSERT_EQ(train.features.rows, 3u);
  EXPECT_EQ(window(train, 0), (Numbers{10, 100, 20, 200}));
  EXPECT_EQ(window(train, 2), (Numbers{50, 500, 60, 600}));
  EXPECT_EQ(answers(train, 0), (Numbers{300, 500}));
  EXPECT_EQ(answers(train, 1), (Numbers{500, 700}));
  EXPECT_EQ(answers(train, 2), (Numbers{700, 900}));
  EXPECT_EQ(table.windows->answers,
            (std::vector<std::string>{"y, 1 row ahead", "y, 3 rows ahead"}));
}

TEST_F(Windows, OfSeveralTargets) {
  options.csv.targets = {"x", "y"};
  const TableData table = load(table_of(5), 2, {2});
  const Examples& train = table.data.train;
  ASSERT_EQ(train.features.rows, 2u);
  EXPECT_EQ(window(train, 1), (Numbers{20, 200, 30, 300}));
  EXPECT_EQ(answers(train, 1), (Numbers{50, 500}));
}

// The last four of twelve rows are to test on: 9 to 12. No window has rows of both parts, so that
// the windows that begin with rows 7 to 9 less one are in neither: 2 + 1 - 1 of them.
TEST_F(Windows, DoNotReachFromOnePartIntoTheOther) {
  const TableData table = load(table_of(12), 2, {1}, 1, 4);
  const Examples &train = table.data.train, &tested = table.data.test;
  ASSERT_EQ(train.features.rows, 6u);
  EXPECT_EQ(window(train, 5), (Numbers{60, 600, 70, 700}));
  EXPECT_EQ(answers(train, 5), (Numbers{800}));
  ASSERT_EQ(tested.features.rows, 2u);
  EXPECT_EQ(window(tested, 0), (Numbers{90, 900, 100, 1000}));
  EXPECT_EQ(answers(tested, 0), (Numbers{1100}));
  EXPECT_EQ(answers(tested, 1), (Numbers{1200}));
  EXPECT_EQ(table.windows->between, 2u);
  EXPECT_EQ(load(table_of(30), 4, {2, 3}, 1, 10).windows->between, 4u + 3 - 1);
}

// Rows of two series that stand among one another, and one of a third: a1 b1 a2 b2 c1 a3 b3 a4 a5.
constexpr const char* kSeries =
    "t,shop,y\n1,a,11\n1,b,21\n2,a,12\n2,b,22\n9,c,31\n3,a,13\n3,b,23\n4,a,14\n5,a,15\n";

TEST_F(Windows, OfSeveralSeriesNeverReachFromOneIntoAnother) {
  options.csv.group = "shop";
  const TableData table = load(kSeries, 2);
  const Examples& train = table.data.train;
  EXPECT_EQ(table.windows->channels, (std::vector<std::string>{"y"}));
  // a: 1 to 2, 2 to 3, 3 to 4; b: 1 to 2; c is too short.
  ASSERT_EQ(train.features.rows, 4u);
  EXPECT_EQ(window(train, 0), (Numbers{11, 12}));
  EXPECT_EQ(window(train, 1), (Numbers{12, 13}));
  EXPECT_EQ(window(train, 2), (Numbers{13, 14}));
  EXPECT_EQ(window(train, 3), (Numbers{21, 22}));
  EXPECT_EQ(answers(train, 0), (Numbers{13}));
  EXPECT_EQ(answers(train, 2), (Numbers{15}));
  EXPECT_EQ(answers(train, 3), (Numbers{23}));
  EXPECT_EQ(train.features.row_stride, sizeof(float));
  EXPECT_EQ(table.windows->series, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(table.windows->train_places[3].series, 1u);
  EXPECT_EQ(table.windows->train_places[2].first, 2u);
  ASSERT_FALSE(table.notes.empty());
  EXPECT_NE(table.notes.back().text.find("1 of 3 groups has too few rows"), std::string::npos)
      << table.notes.back().text;
  const std::vector<std::string> lines = describe_first_window(table);
  EXPECT_EQ(lines[0], "The first window, rows 1 to 2 of a, and its answer");
}

TEST_F(Windows, OfASliceOfSeveralSeries) {
  options.csv.group = "shop";
  const TableData table = load(kSeries, 2);
  const Examples last = table.data.train.slice(2, 2);
  EXPECT_EQ(window(last, 0), (Numbers{13, 14}));
  EXPECT_EQ(window(last, 1), (Numbers{21, 22}));
  EXPECT_EQ(answers(last, 1), (Numbers{23}));
}

TEST_F(Windows, OfSeveralSeriesBeginAnewWithAStride) {
  options.csv.group = "shop";
  const TableData table = load(kSeries, 1, {1}, 2);
  // a1, a3; b1; none of c.
  ASSERT_EQ(table.data.train.features.rows, 3u);
  EXPECT_EQ(window(table.data.train, 1), (Numbers{13}));
  EXPECT_EQ(window(table.data.train, 2), (Numbers{21}));
}

// The last two of five rows of a and of three of b; c has no more than two.
TEST_F(Windows, TheLastRowsOfEachSeriesAreTestedOn) {
  options.csv.group = "shop";
  const TableData table = load(kSeries, 1, {1}, 1, 2);
  const Examples &train = table.data.train, &tested = table.data.test;
  ASSERT_EQ(train.features.rows, 2u);
  EXPECT_EQ(window(train, 0), (Numbers{11}));
  EXPECT_EQ(window(train, 1), (Numbers{12}));
  EXPECT_EQ(answers(train, 1), (Numbers{13}));
  ASSERT_EQ(tested.features.rows, 2u);
  EXPECT_EQ(window(tested, 0), (Numbers{14}));
  EXPECT_EQ(answers(tested, 0), (Numbers{15}));
  EXPECT_EQ(window(tested, 1), (Numbers{22}));
  EXPECT_EQ(answers(tested, 1), (Numbers{23}));
  // a3 to a4, b1 to b2.
  EXPECT_EQ(table.windows->between, 2u);
  EXPECT_EQ(table.test_rows, "the last ones of each \"shop\"");
}

TEST_F(Windows, ASeasonBeforeIsOfTheSameSeries) {
  options.csv.group = "shop";
  options.windows.season = 2;
  const TableData table =
      load("t,shop,y\n1,a,0\n2,a,5\n3,a,9\n1,b,100\n2,b,101\n3,b,102\n4,b,110\n", 1, {1}, 1, 3);
  // Of a no row is to test on. b2, b3, b4 are; a season before b3 lies b1, a row to train on.
  ASSERT_EQ(table.windows->naive.size(), 2u);
  EXPECT_EQ(table.windows->naive[1].windows, 2u);
  EXPECT_DOUBLE_EQ(table.windows->naive[1].rmse, std::sqrt((4.0 + 81) / 2));
}

TEST_F(Windows, SeveralSeriesAreInTheOrderOfTheirOwnTimes) {
  options.csv.group = "shop";
  test::expect_error(ErrorKind::data, {"row 4 is earlier than row 1"},
                     [&] { load("t,shop,y\n5,a,1\n1,b,1\n2,b,1\n4,a,1\n6,a,1\n", 1); });
  test::expect_error(ErrorKind::usage, {"no group has more rows than the 9"},
                     [&] { load(kSeries, 1, {1}, 1, 9); });
  options.test_share = 0.2;
  options.folds = 3;
  test::expect_error(ErrorKind::usage, {"not divided into folds"},
                     [&] { load(kSeries, 1, {1}, 1, 0.2); });
}

TEST_F(Windows, SeveralSeriesOfTheFileThatWasLearnedFromAreDividedAgain) {
  options.csv.group = "shop";
  const TableData learned = load(kSeries, 1, {1}, 1, 2);
  options.split = learned.split;
  const TableData again = apply_table(file, learned.schema, options);
  EXPECT_TRUE(again.divided_again);
  ASSERT_EQ(again.data.test.features.rows, 2u);
  EXPECT_EQ(window(again.data.test, 1), (Numbers{22}));
  EXPECT_EQ(again.windows->series[again.windows->test_places[1].series], "b");
}

TEST_F(Windows, HoldTheLastOnesOutForValidation) {
  const TableData table = load(table_of(12), 2, {1});
  ASSERT_EQ(table.data.train.features.rows, 10u);
  const data::Split split = data::split_rows(table.data.train, 3, 1);
  EXPECT_EQ(split.validation, (std::vector<std::uint32_t>{7, 8, 9}));
  EXPECT_EQ(split.train, (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
  test::expect_error(ErrorKind::usage, {"leaves none to train on"},
                     [&] { data::split_rows(table.data.train, 8, 1); });
}

TEST_F(Windows, NeedNoColumnButTheTarget) {
  options.csv.time = {};
  base::write_file_atomically(file, "y\n1\n2\n4\n8\n");
  options.windows.length = 2;
  options.test_share = 0;
  const TableData table = load_table(file, options);
  ASSERT_EQ(table.data.train.features.rows, 2u);
  EXPECT_EQ(window(table.data.train, 1), (Numbers{2, 4}));
  EXPECT_EQ(answers(table.data.train, 1), (Numbers{8}));
}

TEST_F(Windows, NaiveForecastsAreJudgedOnTheSameWindows) {
  options.windows.season = 2;
  const TableData table =
      load("t,y\n1,0\n2,0\n3,0\n4,0\n5,0\n6,0\n7,1\n8,5\n9,2\n10,9\n", 2, {1}, 1, 5);
  // Rows 6 to 10 are to test on; the answers are 5, 2 and 9.
  ASSERT_EQ(table.data.test.features.rows, 3u);
  ASSERT_EQ(table.windows->naive.size(), 2u);
  const NaiveForecast &last = table.windows->naive[0], &season = table.windows->naive[1];
  EXPECT_EQ(last.name, "last value");
  EXPECT_DOUBLE_EQ(last.rmse, std::sqrt((16.0 + 9 + 49) / 3));
  EXPECT_DOUBLE_EQ(last.mae, (4.0 + 3 + 7) / 3);
  EXPECT_EQ(season.name, "2 rows before");
  EXPECT_DOUBLE_EQ(season.rmse, std::sqrt((25.0 + 1 + 16) / 3));
  EXPECT_EQ(season.windows, 3u);
}

TEST_F(Windows, ASeasonBeforeMayLieInFrontOfTheTestPart) {
  const std::string text = "t,y\n1,0\n2,1\n3,4\n4,9\n5,16\n6,25\n7,36\n8,49\n";
  // Rows 6 to 8 are to test on; the answers are 36 and 49, of rows 7 and 8.
  options.windows.season = 5;
  const NaiveForecast all = load(text, 1, {1}, 1, 3).windows->naive.at(1);
  EXPECT_EQ(all.windows, 2u);
  EXPECT_DOUBLE_EQ(all.rmse, std::sqrt((35.0 * 35 + 45 * 45) / 2));
  EXPECT_EQ(all.format("", 2), "Naive forecast, 5 rows before: rmse " + base::figure(all.rmse));
  options.windows.season = 7;
  const NaiveForecast one = load(text, 1, {1}, 1, 3).windows->naive.at(1);
  EXPECT_EQ(one.windows, 1u);
  EXPECT_EQ(one.format("", 2), "Naive forecast, 7 rows before: rmse 49, on 1 of the 2 windows");
  options.windows.season = 8;
  const NaiveForecast none = load(text, 1, {1}, 1, 3).windows->naive.at(1);
  EXPECT_EQ(none.format("", 2),
            "Naive forecast, 8 rows before: none of the windows has a value that far back");
}

TEST_F(Windows, ASeasonBeforeIsNotLookedForInAnotherFile) {
  options.test_file = folder.path() / "test.csv";
  base::write_file_atomically(options.test_file, "t,y\n1,5\n2,6\n3,7\n");
  options.windows.season = 3;
  EXPECT_EQ(load("t,y\n1,0\n2,1\n3,4\n4,9\n", 1).windows->naive.at(1).windows, 0u);
}

TEST_F(Windows, ForecastWhatIsNotThereYet) {
  TableData learned = load(table_of(8), 3);
  options.windows.without_answers = true;
  base::write_file_atomically(file, table_of(5));
  const TableData table = apply_table(file, learned.schema, options);
  const Examples& part = table.data.test;
  ASSERT_EQ(part.features.rows, 3u);
  EXPECT_EQ(window(part, 2), (Numbers{30, 300, 40, 400, 50, 500}));
  EXPECT_EQ(part.targets, nullptr);
}

TEST_F(Windows, OfTheFileThatWasLearnedFromAreDividedAgain) {
  const TableData learned = load(table_of(20), 3, {1}, 1, 8);
  options.split = learned.split;
  const TableData again = apply_table(file, learned.schema, options);
  EXPECT_TRUE(again.divided_again);
  EXPECT_EQ(again.data.train.features.rows, learned.data.train.features.rows);
  ASSERT_EQ(again.data.test.features.rows, learned.data.test.features.rows);
  EXPECT_EQ(window(again.data.test, 0), window(learned.data.test, 0));
}

TEST_F(Windows, ShowTheFirstOne) {
  const std::vector<std::string> lines = describe_first_window(load(table_of(6), 3, {2}));
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[0], "The first window, rows 1 to 3, and its answer");
  EXPECT_NE(lines[2].find("     1          10         100"), std::string::npos) << lines[2];
  EXPECT_NE(lines[5].find("     5  answer: y, 2 rows ahead 500"), std::string::npos) << lines[5];
}

TEST_F(Windows, RowsOutOfOrderAreNamed) {
  test::expect_error(ErrorKind::data, {"row 4 is earlier than row 3", "\"t\""},
                     [&] { load("t,y\n1,0\n2,1\n4,2\n3,3\n5,4\n", 2); });
  test::expect_error(ErrorKind::data, {"row 3 has the time of row 2", "one row for each time"},
                     [&] { load("t,y\n1,0\n2,1\n2,2\n3,3\n5,4\n", 2); });
  const TableData learned = load(table_of(8), 3);
  base::write_file_atomically(file, "t,x,y\n3,0,1\n2,1,1\n1,2,1\n0,2,1\n");
  test::expect_error(ErrorKind::data, {"row 2 is earlier than row 1"},
                     [&] { apply_table(file, learned.schema, options); });
}

TEST_F(Windows, ARowThatIsMissingIsNamed) {
  test::expect_error(ErrorKind::data, {"row 3 is left out", "windows need every row"},
                     [&] { load("t,y\n1,0\n2,1\n3,\n4,3\n5,4\n", 2); });
}

TEST_F(Windows, LongerThanTheDataAreRefused) {
  test::expect_error(
      ErrorKind::data,
      {"a window of 6 rows and an answer 1 row behind it take 7 rows, and there are 6",
       "a smaller --window"},
      [&] { load(table_of(6), 6); });
  EXPECT_EQ(load(table_of(6), 5).data.train.features.rows, 1u);
  test::expect_error(ErrorKind::data, {"there are 3 to test on", "a smaller --window"},
                     [&] { load(table_of(12), 3, {1}, 1, 3); });
}

TEST_F(Windows, UnevenTimesAreNoted) {
  const TableData table = load("t,y\n1,0\n2,1\n3,2\n9,3\n10,4\n11,5\n", 2);
  ASSERT_FALSE(table.notes.empty());
  EXPECT_NE(table.notes.back().text.find("1 of 5 steps"), std::string::npos)
      << table.notes.back().text;
  EXPECT_NE(table.notes.back().text.find("behind row 3"), std::string::npos);
}

TEST_F(Windows, RefuseWhatHasNoSeries) {
  options.csv.weight = "x";
  test::expect_error(ErrorKind::usage, {"no weights"}, [&] { load(table_of(9), 2); });
  options.csv.weight = {};
  options.csv.task = TableTask::classification;
  test::expect_error(ErrorKind::usage, {"forecast numbers, not classes"},
                     [&] { load(table_of(9), 2); });
}

TEST(WindowOptionsText, ReadsBackTheSame) {
  WindowOptions options;
  options.length = 48, options.stride = 2, options.season = 24, options.horizons = {1, 6, 12};
  EXPECT_EQ(options.to_string(), "48 2 24 1,6,12");
  const WindowOptions read = WindowOptions::parse(options.to_string());
  EXPECT_EQ(read.to_string(), options.to_string());
  EXPECT_EQ(read.farthest(), 12u);
  for (const char* text : {"", "48", "0 1 0 1", "48 0 0 1", "48 1 0 ", "48 1 0 0", "48 1 0 1,",
                           "48 1 0 1 2", "48 1 0 x", "-1 1 0 1", "99999999999 1 0 1"})
    test::expect_error(ErrorKind::model, {"windows"}, [&] { WindowOptions::parse(text); });
}

}  // namespace
}  // namespace lithe
