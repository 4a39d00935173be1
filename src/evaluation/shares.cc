#include "evaluation/shares.h"

#include <algorithm>
#include <cmath>

namespace lithe::evaluation {

namespace {

using losses::Loss;

enum class Way { softmax, sigmoid, cut };

Way way_of(std::size_t outputs, Loss loss) {
  if (loss == Loss::binary_cross_entropy) return Way::sigmoid;
  if (loss == Loss::hinge && outputs == 1) return Way::sigmoid;
  return losses::takes_logits(loss) ? Way::softmax : Way::cut;
}

void softmax(std::vector<double>& values) {
  const double most = *std::ranges::max_element(values);
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - most);
  for (double& value : values) value /= sum;
}

}  // namespace

std::size_t answer_count(std::size_t outputs) { return std::max<std::size_t>(2, outputs); }

std::size_t answer_of(std::span<const double> outputs, Loss loss) {
  if (outputs.size() == 1) return outputs[0] >= (losses::takes_logits(loss) ? 0 : 0.5) ? 1 : 0;
  return static_cast<std::size_t>(std::ranges::max_element(outputs) - outputs.begin());
}

std::vector<double> shares_of(std::span<const double> outputs, Loss loss) {
  std::vector<double> shares(outputs.begin(), outputs.end());
  switch (way_of(outputs.size(), loss)) {
    case Way::softmax:
      softmax(shares);
      break;
    case Way::sigmoid:
      for (double& share : shares) share = 1 / (1 + std::exp(-share));
      break;
    case Way::cut:
      for (double& share : shares) share = std::clamp(share, 0.0, 1.0);
      break;
  }
  if (shares.size() == 1) return {1 - shares[0], shares[0]};
  return shares;
}

std::string shares_in_words(std::size_t outputs, Loss loss) {
  switch (way_of(outputs, loss)) {
    case Way::softmax:
      return "the softmax of the outputs";
    case Way::sigmoid:
      return outputs == 1 ? "the sigmoid of the output" : "the sigmoid of each output";
    case Way::cut:
      return outputs == 1 ? "the output, cut to 0 to 1" : "each output, cut to 0 to 1";
  }
  return "";
}

}  // namespace lithe::evaluation
