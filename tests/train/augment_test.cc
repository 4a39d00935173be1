// Training on images that are changed at random, against training on images changed beforehand.
#include "augment/augment.h"

#include <gtest/gtest.h>

#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "network/bind.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kPixels = 784;

TrainOptions options_with(const std::string& augment, std::size_t threads) {
  return {.loss = "cross_entropy",
          .augment = augment,
          .image = {28, 28},
          .batch = 10,
          .seed = 9,
          .threads = threads};
}

// The training rows, each as it is met in the first epoch.
std::vector<std::uint8_t> change(const Examples& data, const std::string& sentence,
                                 const std::vector<std::uint32_t>& order) {
  const augment::Augmenter augmenter(
      network::read_sentence(sentence, network::Category::augmentation, catalogue::catalogue()),
      {28, 28}, ElementType::uint8, 255, 9);
  std::vector<std::max_align_t> scratch(augmenter.scratch_bytes() / sizeof(std::max_align_t) + 1);
  std::vector<std::uint8_t> images(data.features.rows * kPixels);
  for (std::size_t i = 0; i < order.size(); ++i)
    augmenter.run(data.features.row(order[i]), images.data() + order[i] * kPixels, i / 10, order[i],
                  scratch.data());
  return images;
}

TEST(Augment, IsTrainingOnTheChangedImages) {
  const Dataset& digits = test::digits(95, 50);
  const std::string augment = "shift(2) -> rotate(15) -> elastic -> noise(0.05)";
  for (const char* network : {"input(784) -> dense(30, relu) -> dense(10)",
                              "input(28x28) -> conv2d(4, 5, relu) -> max_pool -> flatten -> "
                              "dense(10)"})
    for (const std::size_t threads : {1, 2}) {
      Model with(Network::parse(network), Precision::float32, 1);
      Trainer trainer(with, digits.train, digits.test, options_with(augment, threads));
      const auto images = change(digits.train, augment, trainer.order(1));
      const EpochReport report = trainer.run_epoch();

      Examples changed = digits.train;
      changed.features.data = images.data();
      changed.features.row_stride = kPixels;
      Model by_hand(Network::parse(network), Precision::float32, 1);
      Trainer other(by_hand, changed, digits.test, options_with("", threads));
      const EpochReport expected = other.run_epoch();
      EXPECT_TRUE(test::same_bits(test::weights_of(with), test::weights_of(by_hand))) << network;
      EXPECT_EQ(report.loss, expected.loss);
      EXPECT_EQ(report.test_loss, expected.test_loss) << "test images stay as they are";
    }
}

TEST(Augment, EveryEpochSeesOtherImages) {
  const Dataset& digits = test::digits(100, 0);
  // A rate of next to nothing: the loss tells what was seen.
  const auto losses = [&](const std::string& augment) {
    Model model(Network::parse("input(784) -> dense(10)"), Precision::float64, 1);
    TrainOptions options = options_with(augment, 1);
    options.optimizer = "sgd(1e-12)";
    Trainer trainer(model, digits.train, {}, options);
    const double first = trainer.run_epoch().loss;
    return std::pair(first, trainer.run_epoch().loss);
  };
  const auto [first, second] = losses("shift(3)");
  EXPECT_GT(std::abs(first - second), 1e-4);
  const auto [same, again] = losses("");
  EXPECT_NEAR(same, again, 1e-7);
}

TEST(Augment, RefusesWhatTheNetworkCannotTake) {
  const Dataset& digits = test::digits(100, 0);
  const auto refusal = [&](TrainOptions options) -> std::string {
    Model model(Network::parse("input(784) -> dense(10)"), Precision::float32, 1);
    try {
      const Trainer trainer(model, digits.train, {}, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_NE(refusal(options_with("crop(20)", 1)).find("20x20"), std::string::npos);
  TrainOptions flat = options_with("shift(2)", 1);
  flat.image.clear();
  EXPECT_NE(refusal(flat).find("784"), std::string::npos);
  flat.image = {28, 29};
  EXPECT_NE(refusal(flat).find("28x29"), std::string::npos);
  EXPECT_NE(refusal(options_with("rotate(10) -> roll(3)", 1)).find("roll"), std::string::npos);
}

}  // namespace
}  // namespace lithe
