// Not a single heap call in a whole epoch after the first: shuffle, training and evaluation.
#include "../apps/lithe/allocations.h"

#include <gtest/gtest.h>

#include "data/digits.h"
#include "lithe/trainer.h"

namespace lithe {
namespace {

TEST(Allocations, ThereAreNoneAfterTheFirstEpoch) {
  if (!app::heap_calls()) GTEST_SKIP() << "a sanitizer counts in our place: use a release build";
  const Dataset data = data::generate_digits(1, 1005, 300);
  for (const Precision precision : {Precision::float32, Precision::float64})
    for (const std::size_t threads : {1, 2}) {
      Model model(Network::parse("input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)"),
                  precision, 1, {255, {}});
      Trainer trainer(model, data.train, data.test, {.batch = 10, .threads = threads});
      const auto at_first = *app::heap_calls();
      trainer.run_epoch();
      const auto before = *app::heap_calls();
      trainer.run_epoch();
      EXPECT_EQ(*app::heap_calls(), before) << threads << " threads";
      EXPECT_EQ(before, at_first) << "the first epoch allocates nothing either";
    }
  auto* seen = new int(1);  // the counter does count
  const auto before = *app::heap_calls();
  delete seen;
  seen = new int(2);
  EXPECT_GT(*app::heap_calls(), before);
  delete seen;
}

}  // namespace
}  // namespace lithe
