#include "agents/learned_vector.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "ops/dense.h"
#include "train/model_data.h"

namespace lithe::agents {

namespace {

constexpr float kNothing = 0;
constexpr Features kNoInput = {&kNothing, ElementType::float32, 1, 1, sizeof(float)};
constexpr std::uint32_t kOneRow[] = {0};

Model make(std::size_t numbers, double start) {
  return Model(Network::parse(fmt::format("input(1) -> dense({}, identity, zeros, constant({}))",
                                          numbers, start)),
               Precision::float32, 1);
}

std::span<const float> biases_of(Model& model, std::size_t numbers) {
  ModelData& data = model.data();
  const graph::ParameterId bias = ops::as_dense(*data.graph.operations.front().op)->bias;
  return {std::get<plan::Parameters<float>>(data.values).at(bias), numbers};
}

LearnerOptions one_at_a_time(LearnerOptions learning) {
  learning.batch = 1;
  learning.threads = 1;
  return learning;
}

}  // namespace

LearnedVector::LearnedVector(std::size_t numbers, double start, LearnerOptions learning)
    : model_(make(numbers, start)),
      learner_(model_, one_at_a_time(std::move(learning))),
      values_(biases_of(model_, numbers)),
      gradient_(numbers) {}

void LearnedVector::learn(std::span<const double> gradient) {
  learner_.forward(kNoInput, kOneRow);
  std::transform(gradient.begin(), gradient.end(), gradient_.begin(),
                 [](double value) { return static_cast<float>(value); });
  learner_.backward(gradient_);
}

void LearnedVector::visit(const std::string& name, Archive& archive) {
  archive.add(name, model_);
  archive.add(name + ".learner", learner_);
}

}  // namespace lithe::agents
