// Trains a small network on the built-in digits for an epoch and says how many of the test digits
// it reads.
//
//   g++ -std=c++20 train_digits.cc -o train_digits $(pkg-config --cflags --libs lithe)
#include <lithe/data.h>
#include <lithe/error.h>
#include <lithe/trainer.h>

#include <cstdio>

int main() {
  try {
    const lithe::Dataset digits = lithe::load_dataset("digits", {});
    const auto network = lithe::Network::parse("dense(30, sigmoid) -> dense(10, sigmoid)");
    lithe::Model model(network.with_input({digits.shape}), lithe::Precision::float32, /*seed=*/1,
                       preprocessing_of(digits));
    lithe::Trainer trainer(model, digits.train, digits.test,
                           {.optimizer = "sgd(1.25)", .batch = 10});
    const lithe::EpochReport report = trainer.run_epoch();
    std::printf("%zu of %zu read after %.2f s of training\n", report.correct, report.total,
                report.seconds);
    model.save("digits.safetensors");
  } catch (const lithe::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
