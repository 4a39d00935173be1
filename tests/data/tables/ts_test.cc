#include "data/tables/ts.h"

#include <fstream>

#include "data/tables/sequences.h"
#include "data/tables/table_sample.h"
#include "lithe/data.h"
#include "lithe/table.h"
#include "support/temporary_folder.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Texts = std::vector<std::string>;

const std::string kClasses = "# two\n@univariate false\n@classLabel true b a\n@DATA\n";

Sequences parse(const std::string& text, const TableOptions& options = {}) {
  return parse_ts(text, "s.ts", options);
}

void expect_bad(const Texts& words, const std::string& text, const TableOptions& options = {}) {
  SCOPED_TRACE(text);
  expect_error(ErrorKind::data, words, [&] { parse(text, options); });
}

TEST(Ts, ReadsChannelsAndClasses) {
  for (const char* end : {"\n", "\r\n"}) {
    std::string text = kClasses + "1, -2.5 ,3e1:10,20,30:a\n\n# more\n4:40:b";
    for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; at += std::string(end).size())
      text.replace(at, 1, end);
    const Sequences read = parse(text);
    EXPECT_EQ(read.channels, 2u);
    EXPECT_EQ(read.lengths, (std::vector<std::int32_t>{3, 1}));
    EXPECT_EQ(read.values, (std::vector<float>{1, 10, -2.5, 20, 30, 30, 4, 40}));
    EXPECT_EQ(read.answers.class_names, (Texts{"b", "a"}));  // in the order of the header
    EXPECT_EQ(read.answers.labels, (std::vector<std::int32_t>{1, 0}));
  }
}

TEST(Ts, ReadsNumbersToPredictAndNoAnswers) {
  const Sequences numbers = parse("@targetlabel true\n@data\n1,2:0.5\n3:-7\n");
  EXPECT_EQ(numbers.channels, 1u);
  EXPECT_EQ(numbers.answers.targets, (std::vector<float>{0.5, -7}));
  const Sequences none = parse("@classLabel false\n@data\n1,2:3,4\n");
  EXPECT_EQ(none.channels, 2u);
  EXPECT_EQ(none.answers.task, TableTask::none);
  TableOptions ignored;
  ignored.target_use = TargetUse::ignore;
  EXPECT_TRUE(parse(kClasses + "1:2:never heard of\n", ignored).answers.labels.empty());
  TableOptions regression;
  regression.csv.task = TableTask::regression;
  EXPECT_EQ(parse("@classLabel true 1 2\n@data\n5:2\n6:1\n", regression).answers.targets,
            (std::vector<float>{2, 1}));
}

TEST(Ts, SaysWhatIsWrongAndWhere) {
  expect_bad({"no line @data", "line 1"}, "@classLabel true a\n");
  expect_bad({"no line @data"}, "");
  expect_bad({"does not begin with @", "line 1"}, "1,2:a\n");
  expect_bad({"time stamps", "line 1"}, "@timeStamps true\n@data\n");
  expect_bad({"a value with a time stamp", "line 5"}, kClasses + "(1,2),(2,3):1:a\n");
  expect_bad({"there are no sequences", "line 4"}, kClasses);
  expect_bad({"the sequence has no values", "line 5", "leave the line out"}, kClasses + ":a\n");
  expect_bad({"channel 2 has no values", "line 6"}, kClasses + "1:2:a\n1::b\n");
  expect_bad({"channel 2 has 2 values, and the first one 3", "line 5"}, kClasses + "1,2,3:4,5:a\n");
  expect_bad({"has 1 channels, and those before have 2", "line 6"}, kClasses + "1:2:a\n1:b\n");
  expect_bad({"no colon", "line 5"}, kClasses + "1,2,3\n");
  expect_bad({"a value is missing", "line 5"}, kClasses + "1,?,3:1,2,3:a\n");
  expect_bad({"a value is missing"}, kClasses + "1,NaN,3:1,2,3:a\n");
  expect_bad({"a value is missing"}, kClasses + "1,2,:1,2,3:a\n");
  expect_bad({"'one' is not a number"}, kClasses + "one:2:a\n");
  expect_bad({"too large for 32 bits"}, kClasses + "1e39:2:a\n");
  expect_bad({"the sequence has no answer", "line 5"}, kClasses + "1:2:\n");
  expect_bad({"'c'", "line 5"}, kClasses + "1:2:c\n");
  expect_bad({"is not a number", "line 3"}, "@targetLabel true\n@data\n1:x\n");
}

TEST(Ts, PadsToTheLongestOfBothFiles) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
    return folder.path() / name;
  };
  TableOptions options;
  options.test_file = write("test.ts", kClasses + "7,8,9:70,80,90:b\n");
  const auto path = write("train.ts", kClasses + "1,2:10,20:a\n3:30:b\n");
  const TableData table = load_table(path, options);
  EXPECT_EQ(table.data.shape, (std::vector<std::size_t>{3, 2}));
  EXPECT_EQ(rows_of(table.data.train),
            (std::vector<std::vector<float>>{{1, 10, 2, 20, 0, 0}, {3, 30, 0, 0, 0, 0}}));
  EXPECT_EQ(table.data.train.features.lengths[0], 2);
  EXPECT_EQ(table.data.train.slice(1, 1).features.lengths[0], 1);
  EXPECT_EQ(table.data.test.features.lengths[0], 3);
  EXPECT_EQ(labels_of(table.data.test), std::vector<std::int32_t>{0});
  EXPECT_NE(describe(table)[0].find("sequences of 1 to 3 positions of 2 channels"),
            std::string::npos);

  // By the classes of the data to train on.
  write("test.ts", "@classLabel true c\n@data\n1:2:c\n");
  expect_error(ErrorKind::data, {"'c'", "test.ts, line 3"}, [&] { load_table(path, options); });
  write("test.ts", "@classLabel true a\n@data\n1:2:3:a\n");
  expect_error(ErrorKind::data, {"3 channels, and those to train on 2"},
               [&] { load_table(path, options); });

  // Divided by a share, and again for a model.
  options.test_file.clear();
  options.test_share = 0.5;
  const TableData halves =
      load_table(write("many.ts", kClasses + "1,2:1,2:a\n3:3:b\n4:4:a\n5:5:b\n"), options);
  EXPECT_EQ(halves.data.test.features.rows, 2u);
  ASSERT_NE(halves.data.test.features.lengths, nullptr);
  ArrayForm form = array_form(halves.data);
  EXPECT_TRUE(form.lengths);
  form.shape[0] = 5;
  EXPECT_EQ(apply_arrays(path, form, {}).data.shape, (std::vector<std::size_t>{5, 2}));
  form.lengths = false, form.shape[0] = 2;
  expect_error(ErrorKind::data, {"sequence 2 has 1 positions, and the model takes 2"},
               [&] { apply_arrays(path, form, {}); });
  form.shape = {2, 3};
  expect_error(ErrorKind::data, {"2 channels, and the model takes 2x3"},
               [&] { apply_arrays(path, form, {}); });
}

// One long sequence and many short ones: a small file that would need much memory.
TEST(Ts, RefusesWhatWouldTakeMoreMemoryThanIsAllowed) {
  const TemporaryFolder folder;
  std::string text = "@classLabel false\n@data\n1";
  for (int i = 1; i < 10'000; ++i) text += ",1";
  for (int i = 0; i < 10'000; ++i) text += "\n1";
  std::ofstream(folder.path() / "s.ts") << text;
  TableOptions options;
  options.most_bytes = 1 << 20;
  expect_error(ErrorKind::data, {"more than the 1048576 bytes allowed"},
               [&] { load_table(folder.path() / "s.ts", options); });
}

}  // namespace
}  // namespace lithe::data
