// An epoch of the seed network on MNIST, in float64, against the plain network: the same weights
// within 1e-9. engine_test.cc does so on generated digits, which are always there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "support/training.h"
#include "train/plain_network.h"

namespace lithe {
namespace {

constexpr std::size_t kBatch = 10;

void plain_epoch(test::PlainNetwork& plain, const Examples& data,
                 const std::vector<std::uint32_t>& order) {
  for (auto from = order.begin(); from != order.end();) {
    const auto rows = std::min<std::ptrdiff_t>(kBatch, order.end() - from);
    plain.step(data.features, data.labels, {from, from + rows}, 1.25);
    from += rows;
  }
}

double relative_distance(const std::vector<double>& a, const std::vector<double>& b) {
  double distance = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    distance += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return std::sqrt(distance / size);
}

TEST(ReferenceEpoch, OfMnist) {
  const char* folder = std::getenv("LITHE_DATA");
  if (folder == nullptr)
    GTEST_SKIP() << "needs MNIST: run `lithe data fetch mnist`, set LITHE_DATA to its data folder";
  const Dataset mnist = load_dataset("mnist", folder);
  const Examples data = mnist.train.slice(0, test::sanitized() ? 1003 : 50000);
  Model model(Network::parse("input(784) -> dense(30, sigmoid, normal, normal)"
                             " -> dense(10, sigmoid, normal, normal)"),
              Precision::float64, 3);
  test::PlainNetwork plain(model, {"sigmoid", "sigmoid"});
  Trainer trainer(model, data, {}, {.optimizer = "sgd(1.25)", .batch = kBatch, .threads = 1});
  trainer.run_epoch();
  plain_epoch(plain, data, trainer.order(1));
  for (std::size_t l = 0; l < plain.layers.size(); ++l) {
    const std::string name = "layers." + std::to_string(l);
    EXPECT_LT(relative_distance(model.values(name + ".weight"), plain.layers[l].weight), 1e-9);
    EXPECT_LT(relative_distance(model.values(name + ".bias"), plain.layers[l].bias), 1e-9);
  }
}

}  // namespace
}  // namespace lithe
