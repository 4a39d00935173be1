// The history of a training in its model: what is kept, and what is refused.
#include "lithe/history.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe {
namespace {

Model small_model() { return Model(Network::parse("input(2) -> dense(2)"), Precision::float32, 1); }

constexpr std::int32_t kLabel = 0;
const Examples kClasses = [] {
  Examples examples;
  examples.labels = &kLabel;
  return examples;
}();

std::vector<EpochReport> reports(std::size_t count) {
  std::vector<EpochReport> result;
  for (std::size_t e = 1; e <= count; ++e) {
    EpochReport report;
    report.epoch = e;
    report.loss = 1 / static_cast<double>(e + 2);
    report.correct = e, report.total = 2 * count;
    report.test_loss = 0.5, report.test_rmse = 0.25, report.learning_rate = 0.1;
    result.push_back(report);
  }
  return result;
}

TEST(History, ComesBackFromTheFile) {
  const test::TemporaryFolder folder;
  Model model = small_model();
  keep_history(model, reports(3), kClasses, kClasses);
  model.save(folder.path() / "m");
  const auto history = history_of(Model::load(folder.path() / "m"));
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[2].epoch, 3u);
  EXPECT_NEAR(history[0].loss, 1.0 / 3, 1e-6);
  EXPECT_DOUBLE_EQ(history[1].test_accuracy, 0.333333);
  EXPECT_EQ(history[1].test_loss, 0.5);
  EXPECT_TRUE(std::isnan(history[1].test_rmse));  // classes have none
  EXPECT_TRUE(std::isnan(history[1].validation_loss));
}

TEST(History, OfNumbersHasNoAccuracy) {
  Model model = small_model();
  std::vector<EpochReport> epochs = reports(1);
  epochs[0].validation_loss = 0.3, epochs[0].validation_total = 10;
  epochs[0].test_loss = std::nan("");
  keep_history(model, epochs, {}, {});
  const EpochFigures only = history_of(model).at(0);
  EXPECT_EQ(only.test_rmse, 0.25);
  EXPECT_EQ(only.validation_loss, 0.3);
  EXPECT_TRUE(std::isnan(only.test_accuracy));
  EXPECT_TRUE(std::isnan(only.validation_accuracy));
  EXPECT_TRUE(std::isnan(only.test_loss));
}

TEST(History, IsThinnedOutEvenlyFromTheFirstToTheLast) {
  Model model = small_model();
  for (const std::size_t count : {kMostHistory, kMostHistory + 1, std::size_t{10'000}}) {
    keep_history(model, reports(count), kClasses, kClasses);
    const auto history = history_of(model);
    ASSERT_EQ(history.size(), kMostHistory);
    EXPECT_EQ(history.front().epoch, 1u);
    EXPECT_EQ(history.back().epoch, count);
    const std::size_t step = count / kMostHistory;
    for (std::size_t i = 1; i < history.size(); ++i) {
      EXPECT_GE(history[i].epoch - history[i - 1].epoch, step);
      EXPECT_LE(history[i].epoch - history[i - 1].epoch, step + 1);
    }
    EXPECT_LT(model.notes()["lithe.history"].size(), 30'000u);
  }
}

TEST(History, OfNoEpochsIsNone) {
  Model model = small_model();
  EXPECT_TRUE(history_of(model).empty());
  keep_history(model, reports(2), kClasses, kClasses);
  keep_history(model, {}, kClasses, kClasses);
  EXPECT_TRUE(history_of(model).empty());
  EXPECT_FALSE(model.notes().contains("lithe.history"));
}

TEST(History, ThatLiesIsRefused) {
  Model model = small_model();
  std::string many = "[1";
  for (int i = 2; i <= 400; ++i) many += "," + std::to_string(i);
  for (const std::string& text : std::vector<std::string>{
           "", "{", "[]", "7", R"({"epoch":3})", R"({"epoch":[]})", R"({"epoch":[0]})",
           R"({"epoch":[2,1]})", R"({"epoch":[1.5]})", R"({"epoch":[1e300]})", R"({"epoch":[-1]})",
           R"({"epoch":["1"]})", R"({"epoch":[1],"loss":[]})", R"({"epoch":[1],"loss":["x"]})",
           R"({"epoch":[1],"loss":{"a":1}})", R"({"epoch":[1],"loss":[1e999]})",
           "{\"epoch\":" + many + "]}", std::string(100'000, '['), std::string(3 << 20, ' ')}) {
    model.notes()["lithe.history"] = text;
    test::expect_error(ErrorKind::model, {"history", "damaged"}, [&] { history_of(model); });
  }
  model.notes()["lithe.history"] = R"({"epoch":[1,5],"loss":[null,2],"other":"x"})";
  EXPECT_EQ(history_of(model).at(1).loss, 2);
}

}  // namespace
}  // namespace lithe
