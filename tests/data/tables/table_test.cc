#include "lithe/table.h"

#include <fmt/format.h>

#include <set>

#include "data/tables/npy_sample.h"
#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Rows = std::vector<std::vector<float>>;
using Texts = std::vector<std::string>;

class Table : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, std::string_view text) {
    write_bytes(folder_.path() / name, bytes_of(text));
    return folder_.path() / name;
  }
  TemporaryFolder folder_;
};

std::string hundred_rows() {
  std::string text = "x,y\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("{},{}\n", i, i % 4 == 0 ? "rare" : "often");
  return text;
}

TEST_F(Table, HoldsOutAShareByClass) {
  const auto table = load_table(write("a.csv", hundred_rows()));
  EXPECT_EQ(table.data.train.features.rows, 80u);
  EXPECT_EQ(table.data.test.features.rows, 20u);
  const auto labels = labels_of(table.data.test);
  EXPECT_EQ(std::ranges::count(labels, 1), 5);
  EXPECT_EQ(table.data.class_names, (Texts{"often", "rare"}));
  for (std::size_t i = 0; i < 20; ++i) {
    const auto x = static_cast<int>(row_of(table.data.test, i)[0]);
    EXPECT_EQ(table.data.test.labels[i], x % 4 == 0 ? 1 : 0);
  }
  TableOptions options;
  options.test_share = 0;
  EXPECT_EQ(load_table(write("a.csv", hundred_rows()), options).data.train.features.rows, 100u);
}

TEST_F(Table, ReadsATestFileByTheSameSchema) {
  TableOptions options;
  options.csv.missing = MissingPolicy::mean;
  options.csv.indicator = true;
  options.test_file = write("test.csv", "y,colour,x\nno,blue,\nyes,red,1\n");
  const auto path = write("train.csv", "x,colour,y\n2,red,yes\n,blue,no\n4,red,no\n");
  const auto table = load_table(path, options);
  EXPECT_EQ(table.schema.feature_names(),
            (Texts{"x", "x is missing", "colour=blue", "colour=red"}));
  EXPECT_EQ(rows_of(table.data.train), (Rows{{2, 0, 0, 1}, {3, 1, 1, 0}, {4, 0, 0, 1}}));
  EXPECT_EQ(rows_of(table.data.test), (Rows{{3, 1, 1, 0}, {1, 0, 0, 1}}));
  EXPECT_EQ(labels_of(table.data.test), (std::vector<std::int32_t>{0, 1}));
  write("test.csv", "y,colour,x\nno,blue,1\nmaybe,red,1\n");
  expect_error(ErrorKind::data,
               {"'maybe' is none of the 2 classes", "test.csv, line 3, column 1 (\"y\")"},
               [&] { load_table(path, options); });
}

TEST_F(Table, ReadsNewRowsByASchema) {
  const auto table =
      load_table(write("a.csv", "id,x,colour,y\n1,2,red,0.5\n2,3,blue,1\n3,3,blue,1\n"), [] {
        TableOptions options;
        options.csv.ignore = {"id"};
        options.test_share = 0;
        return options;
      }());
  const TableSchema schema = TableSchema::from_json(table.schema.to_json());
  EXPECT_EQ(schema, table.schema);
  const auto bad = [&](const Texts& words, const char* text, const TableOptions& options = {}) {
    expect_error(ErrorKind::data, words,
                 [&] { apply_table(write("new.csv", text), schema, options); });
  };
  bad({"no column \"y\"", "new.csv, line 1"}, "x,colour\n1,red\n");
  TableOptions options;
  options.target_use = TargetUse::if_present;
  EXPECT_EQ(rows_of(apply_table(write("new.csv", "colour,x\nred,9\n"), schema, options).data.test),
            (Rows{{9, 0, 1}}));
  bad({"no column \"colour\"", "\"color\""}, "x,color\n1,red\n", options);
  options.unknown_category = UnknownCategory::error;
  bad({"'green' is none of the 2 categories", "line 3, column 2 (\"colour\")"},
      "x,colour\n1,red\n1,green\n", options);
  bad({"'a' where a number belongs", "line 2, column 1"}, "x,colour\na,red\n", options);
  options.missing = MissingPolicy::error;
  bad({"missing", "line 2, column 1"}, "x,colour\n,red\n", options);
  options.unknown_category = UnknownCategory::zeros;
  options.csv.ignore = {"z"};
  EXPECT_EQ(
      rows_of(apply_table(write("new.csv", "x,colour,z\n1,green,1\n"), schema, options).data.test),
      (Rows{{1, 0, 0}}));
  EXPECT_EQ(targets_of(apply_table(write("new.csv", "x,colour,y\n1,red,7\n"), schema).data.test),
            std::vector<float>{7});
  options.target_use = TargetUse::ignore;
  EXPECT_EQ(
      apply_table(write("new.csv", "x,colour,y\n1,red,what\n"), schema, options).data.test.targets,
      nullptr);
}

// Rows whose answers are in them, so that rows can be told apart.
std::vector<float> first_columns(const Examples& examples) {
  std::vector<float> values;
  for (std::size_t i = 0; i < examples.features.rows; ++i) values.push_back(row_of(examples, i)[0]);
  return values;
}

std::string many_rows(const char* form) {
  std::string text = std::string_view(form).find(',') == std::string::npos ? "" : "y,x\n";
  for (int i = 0; i < 100; ++i) text += fmt::format(fmt::runtime(form), i % 3, i + 0.5);
  return text;
}

TEST_F(Table, DividesTheSameRowsAgain) {
  for (const auto& [name, form] : {std::pair{"a.csv", "{},{}\n"}, {"a.svm", "{} 1:{}\n"}}) {
    TableOptions options;
    options.seed = 7;
    options.test_share = 0.3;
    options.csv.targets = {"y"};
    const std::string text = many_rows(form);
    const auto table = load_table(write(name, text), options);
    ASSERT_EQ(table.data.test.features.rows, 30u);
    options = {};
    options.split = TableSplit::parse(table.split.to_string());
    const auto again =
        apply_table(write(std::string("copy of ") + name, text), table.schema, options);
    EXPECT_TRUE(again.divided_again);
    EXPECT_EQ(first_columns(again.data.test), first_columns(table.data.test));
    EXPECT_EQ(first_columns(again.data.train), first_columns(table.data.train));
    const auto other = apply_table(write(name, text + fmt::format(fmt::runtime(form), 1, 2)),
                                   table.schema, options);
    EXPECT_FALSE(other.divided_again);
    EXPECT_EQ(other.data.test.features.rows, 101u);
    options.split.reset();
    EXPECT_EQ(apply_table(write(name, text), table.schema, options).data.test.features.rows, 100u);
  }
}

TEST_F(Table, DividesArraysAgain) {
  std::vector<float> x, y;
  for (int i = 0; i < 100; ++i)
    x.push_back(static_cast<float>(i)), y.push_back(static_cast<float>(i % 2));
  const auto xs = npy<float>("100, 1", x, "f4"), ys = npy<float>("100,", y, "f4");
  write_bytes(folder_.path() / "x.npy", xs);
  write_bytes(folder_.path() / "y.npy", ys);
  write_bytes(folder_.path() / "a.npz", zip({{"X.npy", xs}, {"y.npy", ys}}, true));
  for (const char* name : {"x.npy", "a.npz"}) {
    TableOptions options;
    options.answers_file = folder_.path() / "y.npy";
    const auto table = load_table(folder_.path() / name, options);
    options.split = table.split;
    const ArrayForm form = array_form(table.data);
    const auto again = apply_arrays(folder_.path() / name, form, options);
    EXPECT_EQ(first_columns(again.data.test), first_columns(table.data.test));
    EXPECT_EQ(again.data.train.features.rows, 80u);
    options.split->digest ^= 1;
    EXPECT_EQ(apply_arrays(folder_.path() / name, form, options).data.test.features.rows, 100u);
  }
}

TEST(TableSplit, RefusesWhatItCannotHaveWritten) {
  TableSplit split{0xFFEEDDCCBBAA9988, 300, 0.2, 42, 5, 3, "200r50n50t"};
  const TableSplit read = TableSplit::parse(split.to_string());
  EXPECT_EQ(read.digest, split.digest);
  EXPECT_EQ(read.rows, 300u);
  EXPECT_EQ(read.test_share, 0.2);
  EXPECT_EQ(read.seed, 42u);
  EXPECT_EQ(read.folds, 5u);
  EXPECT_EQ(read.fold, 3u);
  EXPECT_EQ(read.uses, split.uses);
  split.uses.clear();
  EXPECT_EQ(TableSplit::parse(split.to_string()).uses, "");
  for (const char* text :
       {"", "12", "1 1 0.2 1", "x 1 0.2 1 0 0", "1 1 -1 1 0 0", "1 10 10 1 0 0", "1 1 nan 1 0 0",
        "1 1 0.2 1 2 0", "1 9 0.2 1 2 3", "1 9 0.2 1 0 0 8r", "1 9 0.2 1 0 0 8r2t",
        "1 9 0.2 1 0 0 9x", "1 9 0.2 1 0 0 r", "1 9 0.2 1 0 0 99999999999999999999r"})
    EXPECT_THROW(TableSplit::parse(text), Error) << text;
}

// A model of a fold, or of rows divided by a column, knows its test rows too.
TEST_F(Table, DividesRowsOfFoldsAndGroupsAgain) {
  std::string text = "group,x,y\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("{},{},{}\n", i * 7 % 13, i + 0.5, i % 2);
  const auto path = write("a.csv", text);
  const auto check = [&](const TableOptions& options) {
    const auto table = load_table(path, options);
    TableOptions again;
    again.split = TableSplit::parse(table.split.to_string());
    const auto found = apply_table(path, table.schema, again);
    EXPECT_TRUE(found.divided_again);
    EXPECT_EQ(rows_of(found.data.test), rows_of(table.data.test));
    EXPECT_EQ(rows_of(found.data.train), rows_of(table.data.train));
  };
  TableOptions options;
  options.folds = 5, options.fold = 2;
  check(options);
  options.csv.time = "group";
  check(options);
  options.csv.time.clear();
  options.csv.group = "group";
  check(options);
  options.folds = 0;
  check(options);
}

TEST_F(Table, ArraysHaveFolds) {
  std::vector<float> x(100), y(100);
  for (std::size_t i = 0; i < 100; ++i) x[i] = static_cast<float>(i), y[i] = x[i] / 3;
  write_bytes(folder_.path() / "a.npz", zip({{"x.npy", npy<float>("100, 1", x, "f4")},
                                             {"y.npy", npy<float>("100,", y, "f4")}},
                                            true));
  std::set<float> tested;
  TableOptions options;
  options.folds = 4;
  for (options.fold = 0; options.fold < 4; ++options.fold)
    for (const float value : first_columns(load_table(folder_.path() / "a.npz", options).data.test))
      EXPECT_TRUE(tested.insert(value).second);
  EXPECT_EQ(tested.size(), 100u);
  options.csv.group = "x";
  expect_error(ErrorKind::usage, {"no columns", "a.npz", "--group"},
               [&] { load_table(folder_.path() / "a.npz", options); });
}

// Values in another range than a model's, by what its training data were.
TEST_F(Table, ArraysAreBroughtToTheScaleOfAModel) {
  const auto divisor = [&](const ByteVector& file, const ArrayForm& form) {
    write_bytes(folder_.path() / "new.npy", file);
    return apply_arrays(folder_.path() / "new.npy", form).data.test.features.divisor;
  };
  const ArrayForm bytes{.shape = {2, 2}, .divisor = 255, .class_names = {}};
  const std::vector<std::uint8_t> pixels = {0, 1, 128, 255};
  EXPECT_EQ(divisor(npy<std::uint8_t>("1, 2, 2", pixels, "u1"), bytes), 255);
  EXPECT_EQ(divisor(npy<std::uint8_t>("1, 4", pixels, "u1"), bytes), 255);
  EXPECT_EQ(divisor(npy<std::uint8_t>("1, 4", {0, 0, 1, 1}, "u1"), bytes), 255);
  EXPECT_EQ(divisor(npy<std::int64_t>("1, 4", {0, 0, 1, 255}, "i8"), bytes), 255);
  EXPECT_EQ(divisor(npy<std::int64_t>("1, 4", {0, 0, 1, 1}, "i8"), bytes), 255);
  EXPECT_EQ(divisor(npy<float>("1, 4", {0, 0, 1, 255}, "f4"), bytes), 255);
  EXPECT_EQ(divisor(npy<double>("1, 4", {0, 0, 0.5, 1}, "f8"), bytes), 1);
  EXPECT_EQ(divisor(npy<std::uint8_t>("1, 4", {0, 1, 1, 1}, "b1"), bytes), 1);
  for (const float wrong : {-1.0F, 255.5F, 4095.0F})
    expect_error(ErrorKind::data, {"the values are from", "0 to 255", "new.npy"}, [&] {
      divisor(npy<float>("1, 4", {0, 0, 1, wrong}, "f4"), bytes);
    });

  const ArrayForm shares{.shape = {2, 2}, .divisor = 1, .low = 0, .high = 0.9, .class_names = {}};
  EXPECT_EQ(divisor(npy<std::uint8_t>("1, 2, 2", pixels, "u1"), shares), 255);
  EXPECT_EQ(divisor(npy<std::uint8_t>("1, 4", pixels, "u1"), shares), 255);
  EXPECT_EQ(divisor(npy<float>("1, 2, 2", {0, 1, 128, 255}, "f4"), shares), 255);
  EXPECT_EQ(divisor(npy<float>("1, 2, 2", {0, 0, 0.5, 1}, "f4"), shares), 1);
  EXPECT_EQ(divisor(npy<float>("1, 4", {0, 1, 128, 255}, "f4"), shares), 1);  // no image
  const ArrayForm raw{.shape = {2, 2}, .divisor = 1, .low = 0, .high = 250, .class_names = {}};
  EXPECT_EQ(divisor(npy<std::uint8_t>("1, 2, 2", pixels, "u1"), raw), 1);
  EXPECT_EQ(divisor(npy<float>("1, 2, 2", {0, 0, 0.5, 1}, "f4"), raw), 1 / 255.0);
}

TEST_F(Table, MatchesByPositionWithoutAHeader) {
  const auto schema = load_table(write("a.csv", "1,2,a\n3,4,b\n")).schema;
  TableOptions options;
  options.target_use = TargetUse::if_present;
  EXPECT_EQ(rows_of(apply_table(write("b.csv", "5,6\n"), schema, options).data.test),
            (Rows{{5, 6}}));
  EXPECT_EQ(labels_of(apply_table(write("b.csv", "5,6,b\n"), schema).data.test),
            std::vector<std::int32_t>{1});
  expect_error(ErrorKind::data, {"it has 2 columns, not 3"},
               [&] { apply_table(write("b.csv", "5,6\n"), schema); });
}

TEST_F(Table, LoadsByTheEndOfTheName) {
  EXPECT_EQ(load_table(write("a.tsv", "a,b\tc\n1\t2\n3\t4\n")).schema.columns[0].name, "a,b");
  EXPECT_EQ(load_table(write("a.svm", "1 1:2\n0 1:3\n")).data.class_names.size(), 2u);
  write_bytes(folder_.path() / "x.npy", npy<double>("4, 1", {1.5, 2, 3, 4}, "f8"));
  write_bytes(folder_.path() / "y.npy", npy<float>("4,", {1.5, 2, 3, 4}, "f4"));
  TableOptions options;
  options.answers_file = folder_.path() / "y.npy";
  options.test_share = 1;
  const auto table = load_table(folder_.path() / "x.npy", options);
  EXPECT_EQ(table.data.test.targets[0],
            *reinterpret_cast<const double*>(table.data.test.features.row(0)));
  write_bytes(folder_.path() / "a.npz",
              zip({{"x.npy", npy<float>("4,", {1, 2, 3, 4}, "f4")}}, true));
  EXPECT_EQ(load_table(folder_.path() / "a.npz").data.train.features.rows, 3u);
  expect_error(ErrorKind::data, {"not the name of a table"}, [&] { load_table("a.jpg"); });
  expect_error(ErrorKind::data, {"is a file, but not of a kind that is read", ".csv"},
               [&] { load_table(write("a.doc", "x")); });
  expect_error(ErrorKind::data, {"'.parquet' files are not read"},
               [&] { load_table(write("a.parquet", "PAR1")); });
  for (const char* name : {"a.CSV", "a.txt", "a.data", "a.TAB", "a.dat"})
    EXPECT_EQ(load_table(write(name, "a,b\n1,2.5\n3,4.5\n")).schema.columns[0].name, "a") << name;
  expect_error(ErrorKind::io, {"nowhere.csv"}, [&] { load_table(folder_.path() / "nowhere.csv"); });
  std::filesystem::create_directory(folder_.path() / "d.csv");
  expect_error(ErrorKind::io, {"not a file"}, [&] { load_table(folder_.path() / "d.csv"); });
  expect_error(ErrorKind::data, {"empty"}, [&] { load_table(write("e.csv", "")); });
  EXPECT_TRUE(is_table_path("a/b.npz"));
  EXPECT_FALSE(is_table_path("mnist"));
}

TEST(TableSchema, RefusesHostileJson) {
  const auto part = csv("a,b,y\n-1,p,0\n1,q,1\n");
  const std::string good = part.schema.to_json();
  EXPECT_EQ(TableSchema::from_json(good), part.schema);
  const auto bad = [](const std::string& text) {
    expect_error(ErrorKind::model, {"schema is damaged"}, [&] { TableSchema::from_json(text); });
  };
  for (const char* text : {"", "{", "[]", "null", "7", "{}", "\"\\ud800\"", "{\"header\":1}"})
    bad(text);
  bad(std::string(100'000, '['));
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"\"header\":true", "\"header\":0"},
      {"classification", "cooking"},
      {"classification", "regression"},
      {"classification", "none"},
      {"[\"0\",\"1\"]", "[\"0\",\"0\"]"},
      {"[\"0\",\"1\"]", "[]"},
      {"[\"0\",\"1\"]", "[0,1]"},
      {"[\"p\",\"q\"]", "[\"q\",\"p\"]"},
      {"[\"p\",\"q\"]", "[\"p\",\"p\"]"},
      {"[\"p\",\"q\"]", "{}"},
      {"\"name\":\"b\"", "\"name\":\"a\""},
      {"\"name\":\"b\"", "\"name\":3"},
      {"\"kind\":\"number\"", "\"kind\":\"\""},
      {"\"kind\":\"number\"", "\"kind\":\"target\""},
      {"\"replacement\":0.0", "\"replacement\":1e999"},
      {"\"replacement\":0.0", "\"replacement\":1e300"},
      {"\"replacement\":0.0", "\"replacement\":null"},
      {"\"kind\":\"target\"", "\"kind\":\"ignored\""},
      {"\"kind\":\"target\"", "\"indicator\":true,\"kind\":\"target\""}};
  for (const auto& [from, to] : changes) {
    std::string text = good;
    ASSERT_NE(text.find(from), text.npos) << from;
    text.replace(text.find(from), from.size(), to);
    SCOPED_TRACE(text);
    bad(text);
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string text = good;
    text[i] = static_cast<char>(text[i] ^ 1);
    try {
      TableSchema::from_json(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::model);
    }
    bad(good.substr(0, i));
  }
}

}  // namespace
}  // namespace lithe::data
