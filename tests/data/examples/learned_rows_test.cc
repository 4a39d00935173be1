#include "lithe/learned_rows.h"

#include <gtest/gtest.h>

#include "support/training.h"

namespace lithe {
namespace {

const std::vector<std::string> kClasses = {"a", "b", "c"};

TEST(LearnedRows, AreCountedInAnyOrder) {
  const test::RandomExamples data(100, 3, 3);
  const std::string note = note_of_rows(data.examples.slice(0, 60), kClasses);
  EXPECT_EQ(count_learned(note, data.examples, kClasses).count, 60u);
  EXPECT_EQ(count_learned(note, data.examples.slice(50, 50), kClasses).count, 10u);
  EXPECT_EQ(count_learned(note, data.examples.slice(60, 40), kClasses).count, 0u);
  EXPECT_FALSE(count_learned(note, data.examples, kClasses).is_estimate);
}

TEST(LearnedRows, DifferByTheirAnswers) {
  test::RandomExamples data(20, 3, 3);
  const std::string note = note_of_rows(data.examples, kClasses);
  for (auto& label : data.labels) label = (label + 1) % 3;
  EXPECT_EQ(count_learned(note, data.examples, kClasses).count, 0u);
  // The same names under other numbers.
  for (auto& label : data.labels) label = (label + 1) % 3;
  EXPECT_EQ(count_learned(note, data.examples, {"b", "c", "a"}).count, 20u);
}

TEST(LearnedRows, AreEstimatedWhereThereAreMany) {
  const test::RandomExamples data(40000, 2, 3);
  const std::string note = note_of_rows(data.examples.slice(0, 30000), kClasses);
  EXPECT_LE(note.size(), 40000u);
  const LearnedRows found = count_learned(note, data.examples, kClasses);
  EXPECT_TRUE(found.is_estimate);
  EXPECT_NEAR(static_cast<double>(found.count), 30000, 1500);
}

TEST(LearnedRows, OfNoNoteAreNone) {
  const test::RandomExamples data(20, 3, 3);
  for (const char* note : {"", "x", "no digests at all", "0123456"})
    EXPECT_EQ(count_learned(note, data.examples, kClasses).count, 0u) << note;
}

}  // namespace
}  // namespace lithe
