// A dense layer trained in mini-batches; loops run over the outputs, which lie side by side.
#include <cstdio>
#include <random>
#include <vector>

namespace {

constexpr int kInputs = 128;
constexpr int kOutputs = 256;
constexpr int kBatch = 32;
constexpr int kBatches = 16;

struct Layer {
  std::vector<float> weights = std::vector<float>(kInputs * kOutputs);
  std::vector<float> outputs = std::vector<float>(kBatch * kOutputs);
};

void forward(Layer& layer, const float* x) {
  for (int b = 0; b < kBatch; ++b) {
    float* __restrict out = layer.outputs.data() + b * kOutputs;
    for (int o = 0; o < kOutputs; ++o) out[o] = 0;
    for (int i = 0; i < kInputs; i += 4) {
      const float* __restrict w = layer.weights.data() + i * kOutputs;
      const float x0 = x[b * kInputs + i], x1 = x[b * kInputs + i + 1];
      const float x2 = x[b * kInputs + i + 2], x3 = x[b * kInputs + i + 3];
      for (int o = 0; o < kOutputs; ++o)
        out[o] +=
            x0 * w[o] + x1 * w[o + kOutputs] + x2 * w[o + 2 * kOutputs] + x3 * w[o + 3 * kOutputs];
    }
  }
}

float backward(Layer& layer, const float* x, const float* y, float rate) {
  float loss = 0;
  for (int k = 0; k < kBatch * kOutputs; ++k) {
    layer.outputs[k] -= y[k];
    loss += layer.outputs[k] * layer.outputs[k];
  }
  for (int i = 0; i < kInputs; ++i) {
    float* __restrict w = layer.weights.data() + i * kOutputs;
    for (int b = 0; b < kBatch; b += 4) {
      const float* __restrict e = layer.outputs.data() + b * kOutputs;
      const float s0 = rate * x[b * kInputs + i], s1 = rate * x[(b + 1) * kInputs + i];
      const float s2 = rate * x[(b + 2) * kInputs + i], s3 = rate * x[(b + 3) * kInputs + i];
      for (int o = 0; o < kOutputs; ++o)
        w[o] -=
            s0 * e[o] + s1 * e[o + kOutputs] + s2 * e[o + 2 * kOutputs] + s3 * e[o + 3 * kOutputs];
    }
  }
  return loss / (kBatch * kOutputs);
}

}  // namespace

int main() {
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  std::vector<float> x(kBatches * kBatch * kInputs), y(kBatches * kBatch * kOutputs);
  for (float& value : x) value = normal(random);
  for (float& value : y) value = normal(random);
  Layer layer;
  for (int epoch = 1; epoch <= 6; ++epoch) {
    float loss = 0;
    for (int step = 0; step < 6000; ++step) {
      const float* images = x.data() + step % kBatches * kBatch * kInputs;
      forward(layer, images);
      loss = backward(layer, images, y.data() + step % kBatches * kBatch * kOutputs, 0.0005F);
    }
    std::printf("epoch %d loss %.5f\n", epoch, static_cast<double>(loss));
    std::fflush(stdout);
  }
}
