#include "data/tables/npz.h"

#include <array>

#include "data/files/zip.h"
#include "data/tables/npy_sample.h"
#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;
using Entries = std::vector<std::pair<std::string, ByteVector>>;
using Texts = std::vector<std::string>;

const ByteVector kX = npy<float>("2, 1", {1, 2}, "f4"), kY = npy<std::int32_t>("2,", {0, 1}, "i4"),
                 kX1 = npy<float>("1, 1", {3}, "f4"), kY1 = npy<std::int32_t>("1,", {2}, "i4");

void expect_bad(const Texts& words, const ByteVector& file, const TableOptions& options = {}) {
  expect_error(ErrorKind::data, words, [&] { parse_npz(file, "t.npz", options); });
}

TEST(Npz, ReadsTrainingAndTestArrays) {
  const Entries entries = {
      {"x_train.npy", kX}, {"y_train.npy", kY}, {"x_test.npy", kX1}, {"y_test.npy", kY1}};
  for (const bool packed : {false, true}) {
    for (const bool wide : {false, true}) {
      const auto [train, test] = parse_npz(zip(entries, packed, wide), "t", {});
      EXPECT_EQ(rows_of(train.examples), (std::vector<std::vector<float>>{{1}, {2}}));
      EXPECT_EQ(rows_of(test.examples), (std::vector<std::vector<float>>{{3}}));
      EXPECT_EQ(labels_of(test.examples), std::vector<std::int32_t>{2});
      EXPECT_EQ(train.examples.classes, 3u);
    }
  }
}

TEST(Npz, ReadsOneSetByAnyName) {
  TableOptions options;
  options.features_name = "data";
  options.answers_name = "label";
  const auto [train, test] =
      parse_npz(zip({{"data.npy", kX}, {"label.npy", kY}}, true), "t", options);
  EXPECT_EQ(train.examples.features.rows, 2u);
  EXPECT_EQ(test.examples.features.rows, 0u);
  options.features_name = "DATA";
  EXPECT_EQ(parse_npz(zip({{"data.npy", kX}, {"label.npy", kY}}, true), "t", options)
                .first.examples.classes,
            2u);
  const auto alone = parse_npz(zip({{"whatever.npy", kX}}, false), "t", {});
  EXPECT_EQ(alone.first.examples.labels, nullptr);
}

TEST(Npz, KnowsTheUsualNames) {
  const std::vector<std::pair<const char*, const char*>> usual = {{"X", "y"},
                                                                  {"X", "Y"},
                                                                  {"data", "target"},
                                                                  {"images", "labels"},
                                                                  {"features", "labels"},
                                                                  {"inputs", "targets"},
                                                                  {"x", "label"},
                                                                  {"arr_0", "arr_1"}};
  for (const auto& [x, y] : usual) {
    const Entries entries = {{std::string(y) + ".npy", kY}, {std::string(x) + ".npy", kX}};
    const auto part = parse_npz(zip(entries, false), "t", {}).first;
    EXPECT_EQ(rows_of(part.examples), (std::vector<std::vector<float>>{{1}, {2}})) << x;
    EXPECT_EQ(part.examples.classes, 2u) << y;
  }
  const std::vector<std::array<const char*, 4>> divided = {
      {"X_train", "y_train", "X_test", "y_test"},
      {"train_images", "train_labels", "val_images", "val_labels"},
      {"trainX", "trainY", "testX", "testY"}};
  for (const auto& [x, y, x1, y1] : divided) {
    const Entries entries = {{std::string(x) + ".npy", kX},
                             {std::string(y) + ".npy", kY},
                             {std::string(x1) + ".npy", kX1},
                             {std::string(y1) + ".npy", kY1}};
    const auto [train, test] = parse_npz(zip(entries, false), "t", {});
    EXPECT_EQ(test.examples.features.rows, 1u) << x;
    EXPECT_EQ(train.examples.classes, 3u) << x;
  }
}

TEST(Npz, SaysWhichArraysAreLeft) {
  const Entries entries = {{"x.npy", kX}, {"y.npy", kY}, {"weights.npy", kX}};
  const auto part = parse_npz(zip(entries, false), "t", {}).first;
  ASSERT_EQ(part.notes.size(), 2u);
  EXPECT_TRUE(part.notes[1].text.starts_with("the arrays are x ("));
  EXPECT_TRUE(part.notes[1].text.ends_with("), y"));
  EXPECT_NE(part.notes[0].text.find("weights"), std::string::npos);
  EXPECT_NE(part.notes[0].remedy.find("--answers"), std::string::npos);
}

TEST(Npz, NamesATestExampleWithoutItsAxis) {
  const auto images = npy<std::uint8_t>("2, 2, 3", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, "u1");
  const auto one = npy<std::uint8_t>("2, 3", {0, 1, 2, 3, 4, 5}, "u1");
  expect_bad({"lacks the dimension", "x_test.npy", "numpy.newaxis"},
             zip({{"x_train.npy", images}, {"x_test.npy", one}}, false));
}

TEST(Npz, RefusesWhatDoesNotBelongTogether) {
  expect_bad({"usual name", "a, b", "t.npz", "--inputs", "--answers"},
             zip({{"a.npy", kX}, {"b.npy", kY}}, false));
  TableOptions options;
  options.answers_name = "other";
  expect_bad({"no array 'other'", "x, y", "--answers"}, zip({{"x.npy", kX}, {"y.npy", kY}}, false),
             options);
  options.features_name = "first";
  expect_bad({"no array 'first'", "--inputs"}, zip({{"x.npy", kX}, {"y.npy", kY}}, false), options);
  expect_bad({"3 answers for 2 examples", "y.npy"},
             zip({{"x.npy", kX}, {"y.npy", npy<std::int32_t>("3,", {0, 1, 0}, "i4")}}, false));
  expect_bad({"but not both"},
             zip({{"x_train.npy", kX}, {"y_train.npy", kY}, {"x_test.npy", kX1}}, false));
  expect_bad({"training examples are 1, test examples 2"},
             zip({{"x_train.npy", kX}, {"x_test.npy", npy<float>("1, 2", {1, 2}, "f4")}}, false));
  expect_bad({"not a .npy file", "x.npy"}, zip({{"x.npy", {1, 2, 3}}}, false));
}

// The headers alone are unpacked for it: the damage further behind is not found first.
TEST(Npz, ComparesRowsBeforeItUnpacks) {
  std::vector<float> noise(100'000);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<float>(i * 7919 % 99991);
  const auto damaged = [&](const char* answers_name, const ByteVector& answers) {
    ByteVector file = zip({{"x.npy", npy<float>("50000, 2", noise, "f4")}, {answers_name, answers}},
                          /*packed=*/true);
    file[150'000] ^= 0xFF;
    return file;
  };
  expect_bad({"2 answers for 50000 examples", "y.npy"}, damaged("y.npy", kY));
  expect_bad({"an entry is damaged"}, damaged("z.npy", kY));
  TableOptions without;
  without.target_use = TargetUse::ignore;
  expect_bad({"an entry is damaged"}, damaged("y.npy", kY), without);
}

TEST(Npz, RefusesBombs) {
  const ByteVector zeros(2'000'000);
  TableOptions options;
  options.most_bytes = 100'000;
  expect_bad({"2000000 bytes, 1148576 are allowed"}, zip({{"x.npy", zeros}}, true), options);
  ByteVector lying = zip({{"x.npy", ByteVector(100)}}, true);
  const std::size_t central = lying.size() - 22 - 46 - 5;
  lying[central + 27] = 0x7F;  // the top byte of its size
  expect_bad({"bytes cannot be packed in"}, lying);
}

TEST(Npz, SurvivesAnyCutAndAnyChange) {
  for (const bool packed : {false, true}) {
    const ByteVector whole = zip({{"x.npy", kX}, {"y.npy", kY}}, packed, packed);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      expect_bad({"zip archive"}, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i)});
      for (const int bit : {0, 3, 7}) {
        ByteVector changed = whole;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ 1 << bit);
        try {
          EXPECT_EQ(parse_npz(changed, "t", {}).first.examples.features.rows, 2u);
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::data);
        }
      }
    }
  }
}

TEST(Npz, ReadsWhereSequencesEnd) {
  const ByteVector x = npy<float>("2, 3, 2", {1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0}, "f4"),
                   lengths = npy<std::int64_t>("2,", {2, 1}, "i8"),
                   lengths1 = npy<std::uint8_t>("1,", {3}, "u1"),
                   x1 = npy<float>("1, 3, 2", {1, 2, 3, 4, 5, 6}, "f4");
  const auto whole = parse_npz(zip({{"x.npy", x}, {"Lengths.npy", lengths}}, true), "t", {}).first;
  ASSERT_NE(whole.examples.features.lengths, nullptr);
  EXPECT_EQ(whole.examples.features.lengths[0], 2);
  EXPECT_EQ(whole.examples.features.lengths[1], 1);
  const Entries divided = {{"x_train.npy", x},
                           {"train_lengths.npy", lengths},
                           {"x_test.npy", x1},
                           {"test_lengths.npy", lengths1}};
  const auto [train, test] = parse_npz(zip(divided, false), "t", {});
  EXPECT_EQ(train.examples.features.lengths[1], 1);
  EXPECT_EQ(test.examples.features.lengths[0], 3);
}

TEST(Npz, RefusesLengthsThatDoNotFit) {
  const ByteVector x = npy<float>("2, 3, 2", std::vector<float>(12, 1), "f4");
  const auto bad = [&](const Texts& words, const ByteVector& lengths) {
    expect_bad(words, zip({{"x.npy", x}, {"lengths.npy", lengths}}, false));
  };
  bad({"example 2 has the length 0", "from 1 to the 3"}, npy<std::int32_t>("2,", {3, 0}, "i4"));
  bad({"example 1 has the length 4"}, npy<std::int32_t>("2,", {4, 1}, "i4"));
  bad({"example 1 has the length -1"}, npy<std::int32_t>("2,", {-1, 1}, "i4"));
  bad({"1 lengths for 2 examples"}, npy<std::int32_t>("1,", {3}, "i4"));
  bad({"not one whole number each"}, npy<float>("2,", {3, 3}, "f4"));
  bad({"not one whole number each"}, npy<std::int32_t>("2, 2", {3, 3, 1, 1}, "i4"));
  expect_bad({"examples of 1x3x2 are no sequences"},
             zip({{"x.npy", npy<float>("2, 1, 3, 2", std::vector<float>(12, 1), "f4")},
                  {"lengths.npy", npy<std::int32_t>("2,", {1, 1}, "i4")}},
                 false));
  expect_bad({"lengths_train says how long"},
             zip({{"x_train.npy", x},
                  {"x_test.npy", x},
                  {"lengths_train.npy", npy<std::int32_t>("2,", {3, 1}, "i4")}},
                 false));
}

}  // namespace
}  // namespace lithe::data
