// Learning from a gradient that is handed in.
#include "lithe/learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "../apps/lithe/allocations.h"
#include "lithe/predictor.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

// Random inputs in float32, and as many random numbers for the outputs.
struct Numbers {
  Numbers(std::size_t rows, std::size_t columns, std::size_t outputs) {
    base::Rng random(7, 2);
    for (std::size_t i = 0; i < rows * columns; ++i)
      values.push_back(static_cast<float>(random.normal()));
    for (std::size_t i = 0; i < rows * outputs; ++i)
      targets.push_back(static_cast<float>(random.uniform()) + 0.1f);
    features = {values.data(), ElementType::float32, rows, columns, columns * sizeof(float), 1};
    order.resize(rows);
    std::iota(order.begin(), order.end(), 0u);
  }
  Examples examples(std::size_t outputs) const {
    Examples result;
    result.features = features;
    result.targets = targets.data();
    result.target_columns = outputs;
    return result;
  }

  std::vector<float> values, targets;
  std::vector<std::uint32_t> order;
  Features features;
};

Network with_inputs(const std::string& layers) {
  return Network::parse(layers.starts_with("input(") ? layers : "input(7) -> " + layers);
}

constexpr std::size_t kOutputs = 3;
// Of every kind of operation one.
const std::vector<std::string> kNetworks = {
    "dense(3)",
    "dense(20, tanh) -> dense(3, sigmoid)",
    "dense(20, prelu) -> layer_norm -> residual(dense(20, elu)) -> dense(3) -> softmax",
    "standardize -> dense(40, relu) -> dense(3)",
    "layer_norm -> dense(3)",
    "residual(dense(7, gelu)) -> dense(3)",
    "input(6x6x2) -> conv2d(4, 3x3, tanh) -> max_pool -> flatten -> dense(3)",
    "input(6x6x2) -> conv2d(4, 3x3, tanh, padding=same) -> avg_pool -> flatten -> dense(3)",
    "input(6x6x2) -> depthwise_conv2d(3) -> conv2d(3, 1x1) -> global_avg_pool",
    "input(6x6x1) -> max_pool -> flatten -> dense(3)",
};

// The sum of the outputs, each times a fixed number: a loss whose gradient are these numbers.
double weighted_sum(const Model& model, const Numbers& data) {
  const std::vector<double> outputs = model.predict(data.features);
  double sum = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    sum += outputs[i] * static_cast<double>(data.targets[i]);
  return sum;
}

void expect_close(const std::vector<double>& expected, const std::vector<double>& got,
                  double bound) {
  ASSERT_EQ(expected.size(), got.size());
  double square = 0, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    square += expected[i] * expected[i];
    difference += (expected[i] - got[i]) * (expected[i] - got[i]);
  }
  ASSERT_GT(square, 1e-6) << "a gradient of nothing tests nothing";
  EXPECT_LT(std::sqrt(difference / square), bound);
}

TEST(Learner, GradientsOfWeightsAreThoseOfTheLossOutside) {
  for (const std::string& layers : kNetworks) {
    SCOPED_TRACE(layers);
    const Network network = with_inputs(layers);
    const Numbers data(5, network.input_shape().size(), kOutputs);
    Model model(network, Precision::float64, 3);
    model.standardize(data.features);
    const std::vector<double> before = test::weights_of(model);
    std::vector<double> expected(before.size()), weights = before;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      double sides[2];
      for (int side = 0; side < 2; ++side) {
        weights[i] = before[i] + (side == 0 ? -1e-5 : 1e-5);
        test::set_weights(model, weights);
        sides[side] = weighted_sum(model, data);
      }
      weights[i] = before[i];
      expected[i] = (sides[1] - sides[0]) / 2e-5;
    }
    test::set_weights(model, before);
    Learner learner(model, {.optimizer = "sgd(1)", .batch = 8});
    learner.forward(data.features, data.order);
    learner.backward(data.targets);
    std::vector<double> got = test::weights_of(model);
    for (std::size_t i = 0; i < got.size(); ++i) got[i] = before[i] - got[i];
    if (layers.starts_with("standardize"))  // its numbers are learned by no gradient
      std::fill_n(expected.begin(), 14, 0.0);
    expect_close(expected, got, 1e-6);
  }
}

TEST(Learner, GradientsOfInputsAreThoseOfTheLossOutside) {
  for (const std::string& layers : kNetworks)
    for (const bool updates : {false, true}) {
      SCOPED_TRACE(layers);
      const Network network = with_inputs(layers);
      Numbers data(5, network.input_shape().size(), kOutputs);
      Model model(network, Precision::float64, 3);
      model.standardize(data.features);
      std::vector<double> expected(data.values.size());
      for (std::size_t i = 0; i < data.values.size(); ++i) {
        const float kept = data.values[i];
        double sides[2], at[2];
        for (int side = 0; side < 2; ++side) {
          data.values[i] = kept + (side == 0 ? -1e-3f : 1e-3f);
          at[side] = static_cast<double>(data.values[i]);
          sides[side] = weighted_sum(model, data);
        }
        data.values[i] = kept;
        expected[i] = (sides[1] - sides[0]) / (at[1] - at[0]);
      }
      const std::vector<double> before = test::weights_of(model);
      Learner learner(model, {.batch = 8, .input_gradient = true, .updates = updates});
      learner.forward(data.features, data.order);
      learner.backward(data.targets);
      const auto got = learner.input_gradient();
      expect_close(expected, {got.begin(), got.end()}, 2e-6);
      EXPECT_EQ(test::same_bits(before, test::weights_of(model)), !updates);
    }
}

// A loss worked out here and the same one in the plan: the same weights to the bit.
TEST(Learner, LearnsAsTheTrainerDoes) {
  const std::string layers =
      "input(7) -> dense(40, tanh) -> dropout(0.2) -> batch_norm -> dense(3, sigmoid)";
  const Numbers data(50, 7, kOutputs);
  for (const char* optimizer : {"sgd(0.5)", "adam(cosine(0.01))", "adam(0.01, clip_norm=0.1)"}) {
    SCOPED_TRACE(optimizer);
    Model trained(Network::parse(layers), Precision::float32, 1);
    Trainer trainer(
        trained, data.examples(kOutputs), {},
        {.loss = "quadratic", .optimizer = optimizer, .batch = 16, .epochs = 2, .threads = 1});
    trainer.run_epoch();
    trainer.run_epoch();
    for (const std::size_t threads : {1, 2}) {
      Model model(Network::parse(layers), Precision::float32, 1);
      Learner learner(model, {.optimizer = optimizer, .batch = 16, .steps = 8, .threads = threads});
      std::vector<float> gradient;
      for (std::size_t epoch = 1; epoch <= 2; ++epoch) {
        const std::vector<std::uint32_t> order = trainer.order(epoch);
        for (std::size_t first = 0; first < order.size(); first += 16) {
          const auto rows =
              std::span(order).subspan(first, std::min<std::size_t>(16, order.size() - first));
          const auto outputs = learner.forward(data.features, rows);
          gradient.resize(outputs.size());
          for (std::size_t i = 0; i < outputs.size(); ++i)
            gradient[i] =
                (outputs[i] - data.targets[rows[i / kOutputs] * kOutputs + i % kOutputs]) *
                (1 / static_cast<float>(rows.size()));
          learner.backward(gradient);
        }
      }
      EXPECT_EQ(learner.steps(), 8u);
      EXPECT_TRUE(test::same_bits(test::weights_of(trained), test::weights_of(model)));
    }
  }
}

// Steps of a learner on the first rows, toward the targets.
void learn(Learner& learner, const Numbers& data, std::size_t steps) {
  std::vector<float> gradient;
  for (std::size_t step = 0; step < steps; ++step) {
    const auto outputs = learner.forward(data.features, data.order);
    gradient.assign(outputs.begin(), outputs.end());
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] -= data.targets[i];
    learner.backward(gradient);
  }
}

TEST(Learner, GoesOnFromItsStateToTheSameBits) {
  const Numbers data(10, 7, kOutputs);
  const LearnerOptions options{.optimizer = "nadam(cosine(0.01))", .batch = 10, .steps = 20};
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    Model whole(with_inputs(kNetworks[2]), precision, 1);
    Learner through(whole, options);
    learn(through, data, 12);
    Model parts(with_inputs(kNetworks[2]), precision, 1);
    std::map<std::string, NamedArray> state;
    {
      Learner first(parts, options);
      learn(first, data, 7);
      state = first.state();
    }
    Learner second(parts, options);
    second.restore(state);
    learn(second, data, 5);
    EXPECT_TRUE(test::same_bits(test::weights_of(whole), test::weights_of(parts)));

    auto missing = state;
    missing.erase("optimizer.0.layers.0.weight");
    test::expect_error(ErrorKind::model, {"layers.0.weight' is missing"},
                       [&] { second.restore(missing); });
    auto other = state;
    other["optimizer.0.layers.0.weight"].shape = {1, 1};
    test::expect_error(ErrorKind::model, {"has another shape"}, [&] { second.restore(other); });
    state["steps"].values[0] = -1;
    test::expect_error(ErrorKind::model, {"-1 steps"}, [&] { second.restore(state); });
  }
}

TEST(Learner, AllocatesNothing) {
  if (!app::heap_calls()) GTEST_SKIP() << "a sanitizer counts in our place: use a release build";
  const Numbers data(10, 7, kOutputs);
  Model model(with_inputs(kNetworks[2]), Precision::float32, 1);
  for (const std::size_t threads : {1, 2}) {
    Learner learner(model, {.batch = 10, .threads = threads, .input_gradient = true});
    Predictor predictor(model, 10);
    std::vector<float> gradient(10 * kOutputs, 0.1f);
    const auto before = *app::heap_calls();
    for (std::size_t rows = 10; rows > 0; --rows) {
      const auto some = std::span(data.order).first(rows);
      learner.forward(data.features, some);
      learner.backward(std::span(gradient).first(rows * kOutputs));
      learner.input_gradient();
      predictor.run(data.features, some);
    }
    EXPECT_EQ(*app::heap_calls(), before);
  }
}

TEST(Learner, AndPredictorsReadRowsWhereTheyAre) {
  const Numbers data(6, 7, kOutputs);
  std::vector<float> wide(6 * 10, 99.0f);
  for (std::size_t i = 0; i < data.values.size(); ++i) wide[i / 7 * 10 + i % 7] = data.values[i];
  Features view = data.features;
  view.data = wide.data();
  view.row_stride = 10 * sizeof(float);
  Model model(with_inputs(kNetworks[1]), Precision::float32, 1);
  const std::vector<double> all = model.predict(data.features);
  Predictor predictor(model, 2);
  Learner learner(model, {.batch = 2});
  const std::vector<std::uint32_t> rows = {4, 1};
  const auto predicted = predictor.run(view, rows), learned = learner.forward(view, rows);
  for (std::size_t i = 0; i < 2 * kOutputs; ++i) {
    const auto expected = static_cast<float>(all[rows[i / kOutputs] * kOutputs + i % kOutputs]);
    EXPECT_EQ(predicted[i], expected);
    EXPECT_EQ(learned[i], expected);
  }
}

TEST(Learner, SaysWhatIsWrong) {
  const Numbers data(4, 7, kOutputs);
  Model model(with_inputs("dense(3)"), Precision::float32, 1);
  test::expect_error(ErrorKind::usage, {"no rows"}, [&] { Learner(model, {.batch = 0}); });
  test::expect_error(ErrorKind::sentence, {"adm"}, [&] { Learner(model, {.optimizer = "adm"}); });
  test::expect_error(ErrorKind::usage, {"100000 threads"},
                     [&] { Learner(model, {.threads = 100'000}); });
  Learner learner(model, {.batch = 2});
  const std::vector<float> gradient(6);
  test::expect_error(ErrorKind::usage, {"no outputs"}, [&] { learner.backward(gradient); });
  test::expect_error(ErrorKind::data, {"4 rows"},
                     [&] { learner.forward(data.features, data.order); });
  test::expect_error(ErrorKind::data, {"0 rows"}, [&] { learner.forward(data.features, {}); });
  const std::vector<std::uint32_t> beyond = {9};
  test::expect_error(ErrorKind::data, {"row 9 among 4"},
                     [&] { learner.forward(data.features, beyond); });
  Features other = data.features;
  other.type = ElementType::uint8;
  const auto two = std::span(data.order).first(2);
  test::expect_error(ErrorKind::data, {"another type"}, [&] { learner.forward(other, two); });
  learner.forward(data.features, two);
  test::expect_error(ErrorKind::data, {"5 values"},
                     [&] { learner.backward(std::span(gradient).first(5)); });
  test::expect_error(ErrorKind::usage, {"no gradient of the inputs"},
                     [&] { learner.input_gradient(); });
  learner.backward(gradient);
  test::expect_error(ErrorKind::usage, {"no outputs"}, [&] { learner.backward(gradient); });
}

TEST(MoveToward, GoesAShareOfTheWay) {
  Model a(with_inputs(kNetworks[1]), Precision::float64, 1);
  const Model b(with_inputs(kNetworks[1]), Precision::float64, 2);
  const std::vector<double> from = test::weights_of(a), to = test::weights_of(b);
  move_toward(a, b, 0.25);
  const std::vector<double> got = test::weights_of(a);
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], 0.75 * from[i] + 0.25 * to[i], 1e-15);
  move_toward(a, b, 1);
  EXPECT_TRUE(test::same_bits(test::weights_of(a), to));
  test::expect_error(ErrorKind::usage, {"1.5 of the way"}, [&] { move_toward(a, b, 1.5); });
  test::expect_error(ErrorKind::usage, {"not alike"}, [&] {
    move_toward(a, Model(with_inputs("dense(3)"), Precision::float64, 1), 0.5);
  });
  test::expect_error(ErrorKind::usage, {"not alike"}, [&] {
    move_toward(a, Model(with_inputs(kNetworks[1]), Precision::float32, 1), 0.5);
  });
}

TEST(Learner, GoesOnFromWhatSegmentsBeginWith) {
  Model model(Network::parse("input(4x3, lengths=true) -> gru(5, all) -> dense(2)"));
  const Numbers data(6, 12, 8);
  Learner learner(model, {.batch = 6, .segments = true});
  test::expect_error(ErrorKind::usage, {"6 segments, and the states of 0"},
                     [&] { learner.forward(data.features, data.order); });
  std::vector<float> states(6 * 5, 0.5F);
  std::vector<std::int32_t> begins(6 * 4, 0);
  test::expect_error(ErrorKind::data, {"29 values for the states of 6"},
                     [&] { learner.continue_from(std::span(states).first(29), begins); });
  test::expect_error(ErrorKind::data, {"23 beginnings"},
                     [&] { learner.continue_from(states, std::span(begins).first(23)); });
  learner.continue_from(states, begins);
  const auto outputs_now = [&] {
    const auto outputs = learner.forward(data.features, data.order);
    return std::vector<float>(outputs.begin(), outputs.end());
  };
  const std::vector<float> from_states = outputs_now();
  for (std::size_t i = 0; i < 6; ++i) begins[i * 4] = 1;  // read where they are
  const std::vector<float> anew = outputs_now();
  EXPECT_NE(from_states, anew);
  const std::vector<double> whole = model.predict(data.features);
  for (std::size_t n = 0; n < anew.size(); ++n)
    EXPECT_NEAR(static_cast<double>(anew[n]), whole[n], 1e-6);
  if (const auto before = app::heap_calls()) {
    outputs_now();
    learner.backward(std::vector<float>(anew.size(), 0.1F));
    const auto now = *app::heap_calls();
    learner.forward(data.features, data.order);
    learner.continue_from(states, begins);
    EXPECT_EQ(*app::heap_calls(), now);
  }

  Learner plain(model, {.batch = 6});
  test::expect_error(ErrorKind::usage, {"not segments", "LearnerOptions::segments"},
                     [&] { plain.continue_from(states, begins); });
  test::expect_error(ErrorKind::sentence, {"one row of a whole sequence"}, [] {
    Model last(Network::parse("input(4x3, lengths=true) -> gru(5) -> dense(2)"));
    Learner(last, {.batch = 6, .segments = true});
  });
}

}  // namespace
}  // namespace lithe
