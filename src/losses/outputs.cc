#include "losses/outputs.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "lithe/error.h"
#include "lithe/probabilities.h"
#include "network/bind.h"

namespace lithe::losses {

namespace {

enum class Transform { softmax, sigmoid, clamp };

Transform transform_of(std::size_t outputs, Loss loss) {
  switch (outputs_of(loss)) {
    case Outputs::softmax_logits:
      return Transform::softmax;
    case Outputs::sigmoid_logits:
      return Transform::sigmoid;
    case Outputs::margins:
      return outputs == 1 ? Transform::sigmoid : Transform::softmax;
    case Outputs::values:
      return Transform::clamp;
  }
  return Transform::clamp;
}

void softmax(std::vector<double>& values) {
  const double largest = *std::ranges::max_element(values);
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - largest);
  for (double& value : values) value /= sum;
}

}  // namespace

std::vector<std::size_t> ranked_classes(std::span<const double> outputs, Loss loss) {
  const std::size_t best = predicted_class(outputs, loss);
  if (outputs.size() == 1 && class_count(1, loss) == 2) return {best, 1 - best};
  std::vector<std::size_t> order(outputs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return outputs[a] > outputs[b]; });
  return order;
}

std::vector<double> probabilities(std::span<const double> outputs, Loss loss) {
  std::vector<double> result(outputs.begin(), outputs.end());
  switch (transform_of(outputs.size(), loss)) {
    case Transform::softmax:
      softmax(result);
      break;
    case Transform::sigmoid:
      for (double& value : result) value = 1 / (1 + std::exp(-value));
      break;
    case Transform::clamp:
      for (double& value : result) value = std::clamp(value, 0.0, 1.0);
      break;
  }
  if (result.size() < class_count(outputs.size(), loss)) return {1 - result[0], result[0]};
  return result;
}

std::string describe_probabilities(std::size_t outputs, Loss loss) {
  const bool one = outputs == 1;
  switch (transform_of(outputs, loss)) {
    case Transform::softmax:
      return "the softmax of the outputs";
    case Transform::sigmoid:
      return one ? "the sigmoid of the output" : "the sigmoid of each output";
    case Transform::clamp:
      return one ? "the output, clamped to 0 to 1" : "each output, clamped to 0 to 1";
  }
  return {};
}

}  // namespace lithe::losses

namespace lithe {

namespace {

losses::Choice choice_of(const std::string& sentence) {
  network::Catalogue catalogue;
  catalogue.add(network::Category::loss, losses::declarations());
  return losses::choose(network::read_component(sentence, network::Category::loss, catalogue));
}

losses::Loss loss_named(const std::string& sentence) { return choice_of(sentence).loss; }

// The same of float outputs.
std::vector<double> widened(std::span<const float> outputs) {
  return {outputs.begin(), outputs.end()};
}

void check_outputs(std::size_t count) {
  if (count == 0)
    throw Error(ErrorKind::usage, "there are no outputs to predict a class from", {},
                "pass the outputs of one example, as Model::predict gives them");
}

}  // namespace

std::size_t predicted_class(std::span<const double> outputs, const std::string& loss) {
  check_outputs(outputs.size());
  return losses::predicted_class(outputs, loss_named(loss));
}

std::size_t predicted_class(std::span<const float> outputs, const std::string& loss) {
  return predicted_class(widened(outputs), loss);
}

std::vector<std::size_t> ranked_classes(std::span<const double> outputs, const std::string& loss) {
  check_outputs(outputs.size());
  return losses::ranked_classes(outputs, loss_named(loss));
}

std::vector<std::size_t> ranked_classes(std::span<const float> outputs, const std::string& loss) {
  return ranked_classes(widened(outputs), loss);
}

std::vector<double> probabilities(std::span<const double> outputs, const std::string& loss) {
  check_outputs(outputs.size());
  return losses::probabilities(outputs, loss_named(loss));
}

std::vector<double> probabilities(std::span<const float> outputs, const std::string& loss) {
  return probabilities(widened(outputs), loss);
}

std::optional<double> bits_of(double mean_loss, const std::string& loss) {
  const losses::Choice choice = choice_of(loss);
  if (choice.loss != losses::Loss::cross_entropy || choice.argument != 0) return std::nullopt;
  return mean_loss / std::numbers::ln2;
}

}  // namespace lithe
