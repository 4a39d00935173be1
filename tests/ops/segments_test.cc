// Sequences in segments: what recurrent layers remember comes in and goes out, and at positions
// where a sequence begins anew nothing of what was before is left.
#include <gtest/gtest.h>

#include <algorithm>

#include "ops/golden_problem.h"
#include "support/expect_error.h"

namespace lithe::test {
namespace {

constexpr std::size_t kLength = 7, kChannels = 3;

// Segments of "input(7x3, lengths=true) -> ...", with random states in front of them.
struct Segments {
  explicit Segments(const std::string& layers, std::size_t batch = 4) : begins(batch * kLength) {
    problem.graph = catalogue::compile_segments(layers_of("input(7x3, lengths=true) -> " + layers));
    problem.batch = batch;
    for (const graph::State& state : problem.graph.states) {
      const graph::Slot& slot = problem.graph.slots[state.before];
      states.push_back(random_floats(batch * slot.columns, 40));
      problem.inputs.push_back(
          {slot.name, Features::of(states.back(), batch, slot.columns), nullptr});
    }
    problem.inputs.push_back({"begins", {}, begins.data()});
  }
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  void begin(std::size_t example, std::size_t position) {
    begins[example * kLength + position] = 1;
  }

  GraphProblem problem;
  std::vector<std::vector<float>> states;
  std::vector<std::int32_t> begins;
};

const char* const kNetworks[] = {
    "rnn(3, give=all)", "rnn(5, gelu, all) -> rnn(18, relu, all)",
    "lstm(4, all)",     "standardize -> lstm(17, all) -> dense(4, tanh) -> lstm(2, all)",
    "gru(4, all)",      "dense(3, relu) -> gru(17, all) -> residual(gru(17, all)) -> dense(2)"};

void begin_here_and_there(Segments& segments) {
  segments.begin(0, 3);
  segments.begin(1, 0), segments.begin(1, 6);
  segments.begin(2, 2), segments.begin(2, 3);
}

TEST(Segments, GradientsAgreeWithFiniteDifferences) {
  for (const char* layers : kNetworks) {
    SCOPED_TRACE(layers);
    Segments segments(layers);
    begin_here_and_there(segments);
    segments.problem.expect_gradients();
  }
}

TEST(Segments, HaveTheSameBitsOnAnyInstructionSetAndNumberOfThreads) {
  for (const char* layers : kNetworks)
    for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "sgd(0.1, clip_norm=0.5)"}) {
      SCOPED_TRACE(std::string(layers) + ", " + optimizer);
      Segments segments(layers, 13);
      begin_here_and_there(segments);
      segments.problem.optimizer = optimizer;
      segments.problem.expect_everywhere(segments.problem.train(3));
    }
}

// Zeros for states, and sequences that begin, are what a network makes of whole sequences.
TEST(Segments, OfNoPastAreWholeSequences) {
  for (const char* layers : kNetworks) {
    SCOPED_TRACE(layers);
    GraphProblem whole = problem_of("input(7x3, lengths=true) -> " + std::string(layers));
    whole.optimizer = "adam(0.01)";
    const std::vector<double> expected = whole.train(3);
    Segments begun(layers), zeros(layers);
    for (std::size_t i = 0; i < 4; ++i) begun.begin(i, 0);
    for (auto& state : zeros.states) std::fill(state.begin(), state.end(), 0.0F);
    for (Segments* segments : {&begun, &zeros}) {
      segments->problem.optimizer = "adam(0.01)";
      EXPECT_EQ(segments->problem.train(3), expected);
    }
  }
}

// Neither values forward nor gradients back.
TEST(Segments, NothingPassesABeginning) {
  constexpr std::size_t kBeginning = 4;
  for (const char* layers : kNetworks) {
    SCOPED_TRACE(layers);
    Segments segments(layers, 1);
    segments.begin(0, kBeginning);
    segments.problem.input_gradient = true;
    // Outputs, then gradients of inputs, by position; with another input and another gradient of
    // the outputs at one of them.
    const auto run_with = [&](std::size_t changed) {
      auto parameters = segments.problem.start();
      GraphProblem::Run run(segments.problem, parameters);
      const std::size_t columns = run.gradients[0].size() / kLength;
      run.features[changed * kChannels] += 1;
      run.gradients[0][changed * columns] += 1;
      run.bind();
      run.step();
      std::vector<std::vector<double>> result;
      const auto y = run.plan->values(segments.problem.graph.output());
      const double* const gradient = run.plan->gradient(0).row(0);
      for (std::size_t p = 0; p < kLength; ++p) {
        result.emplace_back(y.row(p), y.row(p) + columns);
        const double* const own = gradient + p * kChannels;
        result.back().insert(result.back().end(), own, own + kChannels);
      }
      return result;
    };
    const auto at_1 = run_with(1), at_2 = run_with(2), at_5 = run_with(5), at_6 = run_with(6);
    for (std::size_t p = 0; p < kLength; ++p)
      EXPECT_EQ(p < kBeginning ? at_5[p] : at_1[p], p < kBeginning ? at_6[p] : at_2[p]) << p;
    EXPECT_NE(at_1[3], at_2[3]);
    EXPECT_NE(at_5[4], at_6[4]);
  }
}

// One behind the other, they come to the outputs of the whole.
TEST(Segments, GoOnFromOneToTheNext) {
  for (const char* layers : kNetworks) {
    SCOPED_TRACE(layers);
    const std::size_t batch = 3;
    GraphProblem whole = problem_of("input(21x3, lengths=true) -> " + std::string(layers));
    whole.batch = batch;
    auto parameters = whole.start();
    GraphProblem::Run run(whole, parameters);
    run.forward();
    const std::size_t columns = whole.graph.slots[whole.graph.output()].columns;
    const std::vector<double> expected = row_major(run.plan->values(whole.graph.output()), columns);

    Segments segments(layers, batch);
    segments.problem.keep_gradients = true;  // and all values with them
    for (auto& state : segments.states) std::fill(state.begin(), state.end(), 0.0F);
    auto same = segments.problem.start();
    GraphProblem::Run part(segments.problem, same);
    for (std::size_t s = 0; s < 3; ++s) {
      for (std::size_t i = 0; i < batch; ++i)
        std::copy_n(
            run.features.begin() + static_cast<std::ptrdiff_t>((i * 3 + s) * kLength * kChannels),
            kLength * kChannels,
            part.features.begin() + static_cast<std::ptrdiff_t>(i * kLength * kChannels));
      part.bind();
      part.forward();
      const auto y = part.plan->values(segments.problem.graph.output());
      for (std::size_t i = 0; i < batch; ++i)
        for (std::size_t p = 0; p < kLength; ++p)
          for (std::size_t n = 0; n < columns; ++n)
            EXPECT_NEAR(y.row(i * kLength + p)[n],
                        expected[((i * 3 + s) * kLength + p) * columns + n], 1e-6);
      for (std::size_t k = 0; k < segments.states.size(); ++k) {
        const auto state = part.plan->values(segments.problem.graph.states[k].after);
        const std::size_t width = segments.states[k].size() / batch;
        for (std::size_t i = 0; i < batch; ++i)
          for (std::size_t n = 0; n < width; ++n)
            segments.states[k][i * width + n] = static_cast<float>(state.row(i)[n]);
      }
    }
  }
}

// Steps of a plan that carries states by itself, and of one that is given them.
TEST(Segments, CarriedStatesAreThoseThatAreHandedOn) {
  for (const char* layers : kNetworks) {
    SCOPED_TRACE(layers);
    GraphProblem carried;
    carried.graph =
        catalogue::compile_carried(layers_of("input(7x3, lengths=true) -> " + std::string(layers)));
    carried.optimizer = "sgd(1e-4)";
    Segments given(layers);
    given.problem.optimizer = carried.optimizer;
    given.problem.keep_gradients = true;  // and all values with them
    for (auto& state : given.states) std::fill(state.begin(), state.end(), 0.0F);
    auto one = carried.start(), other = given.problem.start();
    GraphProblem::Run carries(carried, one), is_given(given.problem, other);
    for (int step = 0; step < 4; ++step) {
      carries.step(), is_given.step();
      for (std::size_t k = 0; k < given.states.size(); ++k) {
        const auto state = is_given.plan->values(given.problem.graph.states[k].after);
        const std::size_t width = given.states[k].size() / given.problem.batch;
        for (std::size_t i = 0; i < given.states[k].size(); ++i)
          given.states[k][i] = static_cast<float>(state.row(i / width)[i % width]);
      }
    }
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one.data()[i], other.data()[i], 1e-6);
  }
}

TEST(Segments, RefuseLayersThatCannotGoOn) {
  const auto refuses = [](const std::string& layers, const std::string& words) {
    SCOPED_TRACE(layers);
    expect_error(ErrorKind::sentence, {words}, [&] {
      catalogue::compile_segments(layers_of("input(7x3, lengths=true) -> " + layers));
    });
  };
  refuses("gru(3, all) -> attention(1, causal)", "its own example alone");
  refuses("position -> gru(3, all)", "its own example alone");
  refuses("transformer(1, 3, causal) -> gru(3, all)", "its own example alone");
  refuses("bidirectional(gru(3, all))", "begins at the end");
  refuses("gru(3, all, reverse=true)", "begins at the end");
  refuses("gru(3)", "one row of a whole sequence");
  refuses("gru(3, all) -> mean_over_time -> dense(2)", "one row of a whole sequence");
  refuses("gru(3, all) -> flatten -> dense(2)", "unequal length");
}

}  // namespace
}  // namespace lithe::test
