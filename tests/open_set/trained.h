// A small network that knows some of the digits, trained once for all tests.
#pragma once

#include "lithe/calibrate.h"
#include "lithe/data.h"
#include "lithe/trainer.h"
#include "support/training.h"

namespace lithe::test {

struct KnownDigits {
  Dataset known, unknown;  // six classes, and the four others
  HoldoutSplit parts;      // of the known training examples
};

inline const KnownDigits& known_digits() {
  static const KnownDigits made = [] {
    const Dataset& all = digits(20000, 3000);
    KnownDigits result{
        select_classes(all, {2, 4, 5, 9, 8, 3}), select_classes(all, {0, 1, 6, 7}), {}};
    result.parts = hold_out(result.known.train, 0.2);
    return result;
  }();
  return made;
}

inline Model untrained(const std::string& end = "dense(6)") {
  return Model(Network::parse("input(784) -> dense(128, relu) -> " + end), Precision::float32, 1,
               {255, known_digits().known.class_names});
}

inline TrainOptions settings() {
  TrainOptions options;
  options.loss = "cross_entropy";
  options.optimizer = "adam(2e-3)";
  options.epochs = 8;
  options.threads = 1;
  return options;
}

inline Model train_on(const Examples& examples, Model model) {
  const TrainOptions options = settings();
  Trainer trainer(model, examples, {}, options);
  while (!trainer.finished()) trainer.run_epoch();
  trainer.finish();
  return model;
}

// A copy, for tests to change.
inline Model trained() {
  static const Model made = train_on(known_digits().parts.train, untrained());
  Model copy = untrained();
  for (const std::string& name : made.names()) copy.set_values(name, made.values(name));
  return copy;
}

}  // namespace lithe::test
