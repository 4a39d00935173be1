// A multilayer perceptron with hand-written loops, trained on the parity of random bits.
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

namespace {

using Vector = std::vector<float>;

class Layer {
 public:
  Layer(std::size_t inputs, std::size_t outputs, std::mt19937& random)
      : weights_(inputs * outputs), bias_(outputs), output_(outputs), delta_(inputs) {
    std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(inputs)));
    for (float& weight : weights_) weight = normal(random);
  }

  const Vector& forward(const Vector& input) {
    for (std::size_t o = 0; o < output_.size(); ++o) {
      float sum = bias_[o];
      for (std::size_t i = 0; i < input.size(); ++i)
        sum += weights_[o * input.size() + i] * input[i];
      output_[o] = std::tanh(sum);
    }
    return output_;
  }

  const Vector& backward(const Vector& input, const Vector& error, float rate) {
    std::fill(delta_.begin(), delta_.end(), 0.0F);
    for (std::size_t o = 0; o < output_.size(); ++o) {
      const float slope = error[o] * (1 - output_[o] * output_[o]);
      for (std::size_t i = 0; i < input.size(); ++i) {
        delta_[i] += weights_[o * input.size() + i] * slope;
        weights_[o * input.size() + i] -= rate * slope * input[i];
      }
      bias_[o] -= rate * slope;
    }
    return delta_;
  }

 private:
  Vector weights_, bias_, output_, delta_;
};

}  // namespace

int main() {
  std::mt19937 random(7);
  Layer hidden(256, 128, random);
  Layer last(128, 1, random);
  Vector input(256);
  for (int epoch = 1; epoch <= 6; ++epoch) {
    float loss = 0;
    constexpr int kExamples = 2500;
    for (int example = 0; example < kExamples; ++example) {
      for (float& bit : input) bit = (random() >> 7) & 1 ? 1.0F : -1.0F;
      const float target = input[0] * 0.5F + input[1] * 0.25F;
      const Vector& below = hidden.forward(input);
      const float error = last.forward(below)[0] - target;
      loss += error * error / kExamples;
      hidden.backward(input, last.backward(below, {error}, 0.01F), 0.01F);
    }
    std::printf("epoch %d loss %.4f\n", epoch, static_cast<double>(loss));
    std::fflush(stdout);
  }
}
