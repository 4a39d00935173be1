// Learns from arrays of your own which points of a square lie within a circle, and asks about one.
// `lithe evaluate`, `lithe predict` and `lithe show` read the model that it saves.
#include <lithe/lithe.h>

#include <cstdio>
#include <random>

int main() {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> place(-1, 1);
  std::vector<float> points;         // x and y of each point
  std::vector<std::int32_t> inside;  // 1 within the circle
  for (int i = 0; i < 4000; ++i) {
    const float x = place(random), y = place(random);
    points.insert(points.end(), {x, y});
    inside.push_back(x * x + y * y < 0.5f ? 1 : 0);
  }

  const auto features = lithe::Features::of(points, inside.size(), 2);
  const auto examples = lithe::Examples::classification(features, inside, 2);
  lithe::Model model(lithe::Network::parse("input(2) -> dense(32, tanh) -> dense(2)"));
  lithe::Trainer trainer(model, examples, {}, {.loss = "cross_entropy", .optimizer = "adam(0.01)"});
  while (!trainer.finished()) trainer.run_epoch();
  model.save("circle.safetensors");
  const auto outputs = model.predict(lithe::Features::of(std::vector<float>{0.1f, 0.2f}, 1, 2));
  std::printf("the point is %s the circle\n", outputs[1] > outputs[0] ? "inside" : "outside");

  const lithe::Evaluation score = lithe::evaluate(model, examples, "cross_entropy");
  std::printf("%zu of %zu right\n", score.correct, score.total);
  return outputs[1] > outputs[0] && score.correct > 3600 ? 0 : 1;
}
