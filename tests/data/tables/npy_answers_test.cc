#include "data/tables/npy_answers.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "data/tables/npy_sample.h"
#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Labels = std::vector<std::int32_t>;
using Texts = std::vector<std::string>;

// Adds answers to as many examples.
TablePart add(const ByteVector& answers, const CsvOptions& csv = {},
              const ArrayForm* form = nullptr) {
  const NpyArray array = parse_npy(answers, "y.npy");
  const std::size_t rows = array.rows();
  const auto features = npy<float>(fmt::format("{}, 2", rows), std::vector<float>(2 * rows), "f4");
  TablePart train = make_npy_part(parse_npy(features, "x.npy"), {}), test;
  TableOptions options;
  options.csv = csv;
  add_npy_answers(&array, train, nullptr, test, options, form);
  return train;
}

TablePart add(const ByteVector& answers, TableTask task) {
  CsvOptions csv;
  csv.task = task;
  return add(answers, csv);
}

void expect_bad(const Texts& words, const ByteVector& answers,
                TableTask task = TableTask::automatic) {
  expect_error(ErrorKind::data, words, [&] { add(answers, task); });
}

// Each number of 0 to count - 1 so often.
template <typename Number>
ByteVector cycle(std::size_t count, std::size_t times, const std::string& type) {
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < count * times; ++i) numbers.push_back(static_cast<Number>(i % count));
  return npy<Number>(fmt::format("{},", numbers.size()), numbers, type);
}

ByteVector texts(const std::vector<std::u32string>& words, bool big = false) {
  constexpr std::size_t kLength = 3;
  std::vector<std::uint32_t> characters;
  for (const auto& word : words)
    for (std::size_t i = 0; i < kLength; ++i)
      characters.push_back(i < word.size() ? static_cast<std::uint32_t>(word[i]) : 0);
  return npy<std::uint32_t>(fmt::format("{},", words.size()), characters,
                            fmt::format("U{}", kLength), big);
}

TEST(NpyAnswers, ClassesHaveTheNamesOfTheirNumbers) {
  const auto from_one = add(npy<std::int64_t>("4, 1", {1, 3, 2, 1}, "i8"));
  EXPECT_EQ(from_one.class_names, (Texts{"1", "2", "3"}));
  EXPECT_EQ(labels_of(from_one.examples), (Labels{0, 2, 1, 0}));
  EXPECT_EQ(from_one.schema.task, TableTask::classification);
  const auto signs = add(npy<std::int8_t>("3, 1", {-1, 1, 1}, "i1"));
  EXPECT_EQ(signs.class_names, (Texts{"-1", "1"}));
  const auto floats = add(npy<double>("3,", {3, 1, 2}, "f8"));
  EXPECT_EQ(floats.class_names, (Texts{"1", "2", "3"}));
  EXPECT_EQ(labels_of(floats.examples), (Labels{2, 0, 1}));
  EXPECT_EQ(add(npy<std::uint8_t>("3,", {1, 0, 1}, "b1")).class_names, (Texts{"0", "1"}));
}

TEST(NpyAnswers, ClassesFromZeroMayHaveNoRows) {
  const auto part = add(npy<std::int64_t>("3,", {0, 3, 1}, "i8"));
  EXPECT_EQ(labels_of(part.examples), (Labels{0, 3, 1}));
  EXPECT_EQ(part.examples.classes, 4u);
  EXPECT_EQ(add(npy<std::uint8_t>("3,", {0, 255, 0}, "u1")).class_names, (Texts{"0", "255"}));
}

TEST(NpyAnswers, ManyNumbersAreAQuantity) {
  EXPECT_EQ(add(cycle<double>(20, 2, "f8")).examples.classes, 20u);
  EXPECT_EQ(add(cycle<double>(21, 2, "f8")).examples.target_columns, 1u);
  // A hundred classes of integers are usual.
  EXPECT_EQ(add(cycle<std::int64_t>(100, 2, "i8")).examples.classes, 100u);
  const auto once = add(cycle<std::int64_t>(100, 1, "i8"));
  EXPECT_EQ(once.examples.target_columns, 1u);
  ASSERT_EQ(once.notes.size(), 1u);
  EXPECT_EQ(once.notes[0].remedy, "--task classification");
  EXPECT_EQ(add(npy<float>("3,", {1, 2.5, 3}, "f4")).examples.target_columns, 1u);
}

TEST(NpyAnswers, TheTaskDecides) {
  EXPECT_EQ(
      targets_of(add(npy<std::int8_t>("3,", {-1, 1, 1}, "i1"), TableTask::regression).examples),
      (std::vector<float>{-1, 1, 1}));
  EXPECT_EQ(add(cycle<std::int64_t>(100, 1, "i8"), TableTask::classification).examples.classes,
            100u);
  EXPECT_EQ(add(npy<float>("2,", {0.5, 1}, "f4"), TableTask::classification).class_names,
            (Texts{"0.5", "1"}));
  EXPECT_EQ(add(npy<float>("2,", {0.5, 1}, "f4"), TableTask::none).examples.targets, nullptr);
  // A network with one output cannot have three classes.
  CsvOptions one_output;
  one_output.one_output = true;
  const auto three = npy<std::int64_t>("3,", {1, 2, 3}, "i8");
  EXPECT_EQ(add(three, one_output).examples.target_columns, 1u);
  EXPECT_EQ(add(npy<std::int64_t>("2,", {0, 1}, "i8"), one_output).examples.classes, 2u);
}

TEST(NpyAnswers, OneHotRowsAreClasses) {
  const auto file = npy<float>("3, 3", {0, 0, 1, 1, 0, 0, 0, 1, 0}, "f4");
  const auto part = add(file);
  EXPECT_EQ(labels_of(part.examples), (Labels{2, 0, 1}));
  EXPECT_EQ(part.class_names, (Texts{"0", "1", "2"}));
  ASSERT_EQ(part.notes.size(), 1u);
  EXPECT_EQ(add(file, TableTask::regression).examples.target_columns, 3u);
  EXPECT_EQ(add(file, TableTask::multi_label).schema.task, TableTask::multi_label);
  const ArrayForm form{.shape = {2}, .class_names = {"a", "b", "c"}};
  EXPECT_EQ(add(file, {}, &form).class_names, form.class_names);
  const auto fortran = npy<std::uint8_t>("2, 3", {0, 1, 0, 0, 1, 0}, "u1", false, true);
  EXPECT_EQ(labels_of(add(fortran).examples), (Labels{2, 0}));
}

TEST(NpyAnswers, OtherRowsOfBitsAreLabels) {
  const auto part = add(npy<std::int64_t>("2, 3", {0, 1, 1, 0, 0, 0}, "i8"));
  EXPECT_EQ(part.schema.task, TableTask::multi_label);
  EXPECT_EQ(targets_of(part.examples), (std::vector<float>{0, 1, 1, 0, 0, 0}));
  EXPECT_EQ(part.class_names.size(), 3u);
  const auto numbers = add(npy<float>("3, 2", {1, 2, 3, 4, 5, 6}, "f4"));
  EXPECT_EQ(numbers.schema.task, TableTask::regression);
  EXPECT_EQ(targets_of(numbers.examples), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(NpyAnswers, TextsAreClassesByName) {
  for (const bool big : {false, true}) {
    const ByteVector file = npy<std::uint32_t>("1,", {0x62}, "U1", big);
    EXPECT_EQ(add(file).class_names, Texts{"b"});
  }
  const auto part = add(npy<std::uint8_t>("3, 1", {'n', 'o', 0, 'y', 'e', 's', 'n', 'o', 0}, "S3"));
  EXPECT_EQ(part.class_names, (Texts{"no", "yes"}));
  EXPECT_EQ(labels_of(part.examples), (Labels{0, 1, 0}));
  EXPECT_EQ(add(texts({U"zoë", U"a", U"zoë"})).class_names, (Texts{"a", "zoë"}));
  EXPECT_EQ(add(texts({U"10", U"9"})).class_names, (Texts{"9", "10"}));
}

TEST(NpyAnswers, NamesWhatIsWrong) {
  const auto pair = npy<std::int8_t>("3, 2", {1, 2, 3, 4, 5, 6}, "i1");
  expect_bad({"one number or text a row", "--task regression"}, pair, TableTask::classification);
  expect_bad({"0 or 1", "y.npy"}, pair, TableTask::multi_label);
  expect_bad({"nan", "y.npy, row 2"}, npy<float>("2,", {1, std::nanf("")}, "f4"));
  expect_bad({"infinite", "row 1, column 2"}, npy<double>("1, 2", {1, -INFINITY}, "f8"));
  expect_bad({"texts, which are classes"}, npy<std::uint8_t>("1,", {'a'}, "S1"),
             TableTask::regression);
  expect_bad({"not UTF-8", "row 2"}, npy<std::uint8_t>("2,", {'a', 0xFF}, "S1"));
  expect_bad({"not UTF-8"}, npy<std::uint32_t>("1,", {0x110000}, "U1"));
  expect_bad({"is empty"}, npy<std::uint8_t>("1,", {0}, "S1"));
  expect_bad({"several texts"}, npy<std::uint8_t>("1, 2", {'a', 'b'}, "S1"));
}

TEST(NpyAnswers, CountsAnswersAndExamples) {
  const auto answers = npy<float>("2,", {1, 2}, "f4"), one = npy<float>("1,", {1}, "f4");
  const auto features = npy<float>("3,", {1, 2, 3}, "f4");
  TablePart train = make_npy_part(parse_npy(features, "x.npy"), {}), test;
  const auto refused = [&](const Texts& words, const ByteVector& file) {
    const NpyArray array = parse_npy(file, "y.npy");
    expect_error(ErrorKind::data, words,
                 [&] { add_npy_answers(&array, train, nullptr, test, {}); });
  };
  refused({"2 answers for 3 examples", "y.npy"}, answers);
  refused({"1 answer for 3 examples of one value each", "--answers", "numpy.newaxis"}, one);
}

}  // namespace
}  // namespace lithe::data
