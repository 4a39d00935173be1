// Trainings that go on with other examples, by what the optimizer keeps.
#include <gtest/gtest.h>

#include "lithe/trainer.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

// Random rows of classes.
struct Rows {
  explicit Rows(std::uint64_t seed) {
    base::Rng random(seed, 2);
    for (std::size_t i = 0; i < kRows * kColumns; ++i)
      values.push_back(static_cast<float>(random.normal()));
    for (std::size_t i = 0; i < kRows; ++i) labels.push_back(static_cast<std::int32_t>(i % 3));
  }
  Examples examples() const {
    return Examples::classification(Features::of(values, kRows, kColumns), labels, 3);
  }

  static constexpr std::size_t kRows = 30, kColumns = 5;
  std::vector<float> values;
  std::vector<std::int32_t> labels;
};

TrainOptions options_of(const std::string& optimizer, std::size_t epochs) {
  return {
      .loss = "cross_entropy", .optimizer = optimizer, .batch = 8, .epochs = epochs, .threads = 1};
}

Model a_model(Precision precision) {
  const Network network = Network::parse("input(5) -> dense(8, tanh) -> dropout(0.2) -> dense(3)");
  return Model(network, precision, 3);
}

// Four epochs, in one training each.
void train_in_parts(Model& model, const Examples& examples, const std::string& optimizer) {
  std::map<std::string, NamedArray> state;
  for (std::size_t epoch = 1; epoch <= 4; ++epoch) {
    Trainer trainer(model, examples, {}, options_of(optimizer, epoch));
    if (epoch > 1) trainer.restore_optimizer(state);
    while (!trainer.finished()) EXPECT_EQ(trainer.run_epoch().epoch, epoch);
    trainer.finish();
    state = trainer.optimizer_state();
  }
}

TEST(OptimizerState, TrainingsInPartsGiveTheBitsOfOne) {
  const Rows rows(1);
  for (const Precision precision : {Precision::float32, Precision::float64})
    for (const std::string optimizer :
         {"sgd(0.1)", "momentum(0.1)", "adam(0.01)", "nadam(0.01)", "radam(0.01)", "muon(0.01)"}) {
      SCOPED_TRACE(optimizer);
      Model whole = a_model(precision), parts = a_model(precision);
      Trainer trainer(whole, rows.examples(), {}, options_of(optimizer, 4));
      while (!trainer.finished()) trainer.run_epoch();
      train_in_parts(parts, rows.examples(), optimizer);
      EXPECT_TRUE(test::same_bits(test::weights_of(whole), test::weights_of(parts)));
    }
}

TEST(OptimizerState, OfAnotherTrainingIsRefused) {
  const Rows rows(1);
  Model model = a_model(Precision::float32);
  Trainer adam(model, rows.examples(), {}, options_of("adam(0.01)", 2));
  Trainer sgd(model, rows.examples(), {}, options_of("sgd(0.01)", 2));
  test::expect_error(ErrorKind::model, {"is missing", "a trainer's state"},
                     [&] { adam.restore_optimizer(sgd.optimizer_state()); });
  test::expect_error(ErrorKind::model, {"'epochs' is missing"}, [&] {
    sgd.restore_optimizer({{"steps", {{1}, {3}}}});
  });
  test::expect_error(ErrorKind::model, {"0.5 epochs done"}, [&] {
    sgd.restore_optimizer({{"steps", {{1}, {3}}}, {"epochs", {{1}, {0.5}}}});
  });
  sgd.run_epoch();
  test::expect_error(ErrorKind::usage, {"an epoch has been run already"},
                     [&] { sgd.restore_optimizer(sgd.optimizer_state()); });
}

TEST(OptimizerState, AConstantRateIsThatOfTheSchedule) {
  EXPECT_EQ(with_constant_rate("adam(cosine(0.01))"), "adam(0.01)");
  EXPECT_EQ(with_constant_rate("adamw(one_cycle(3e-3, warmup=0.1), weight_decay=0.2)"),
            "adamw(0.003, weight_decay=0.2)");
  EXPECT_EQ(with_constant_rate("sgd(0.5)"), "sgd(0.5)");
  test::expect_error(ErrorKind::sentence, {"adm"}, [] { with_constant_rate("adm(0.1)"); });
}

}  // namespace
}  // namespace lithe
