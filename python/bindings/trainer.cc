#include "lithe/trainer.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "calls.h"
#include "lithe/ensemble.h"
#include "lithe/history.h"
#include "pickling.h"

namespace lithe::python {

namespace {

EpochReport run_epoch(Trainer& trainer, nb::object callback) {
  return interruptible(
      [&](Progress& progress) {
        return trainer.run_epoch([&](double done) { return progress(done); });
      },
      std::move(callback));
}

TrainOptions options_of(const nb::dict& given) {
  TrainOptions o;
  Keywords keywords(given);
  const auto read = [&](const char* name, auto& option) { keywords.read(name, option); };
  read("loss", o.loss), read("optimizer", o.optimizer), read("average", o.average);
  read("augment", o.augment), read("image", o.image), read("batch", o.batch);
  read("epochs", o.epochs), read("seed", o.seed), read("threads", o.threads), read("pin", o.pin);
  read("isa", o.isa), read("blas", o.blas), read("bfloat16", o.bfloat16);
  read("validation", o.validation);
  read("patience", o.patience), read("class_weights", o.class_weights);
  read("balanced", o.balanced), read("ignore", o.ignore), read("frozen", o.frozen);
  read("unfreeze_at", o.unfreeze_at), read("standardize_targets", o.standardize_targets);
  read("stateful", o.stateful), read("recover", o.recover), read("state", o.state),
      read("keep_every", o.keep_every);
  read("watch", o.watch), read("profile", o.profile);
  return o;
}

}  // namespace

void add_trainer(nb::module_& module) {
  nb::class_<EpochReport> report(module, "EpochReport", "The figures of one epoch.");
  report.def_ro("epoch", &EpochReport::epoch, "Counted from 1.")
      .def_ro("examples", &EpochReport::examples, "Trained on.")
      .def_ro("loss", &EpochReport::loss, "Mean over the examples while the weights changed.")
      .def_ro("seconds", &EpochReport::seconds, "Of training, shuffling included.")
      .def_ro("correct", &EpochReport::correct, "Of the test examples; 0 without any.")
      .def_ro("total", &EpochReport::total, "Test examples with classes.")
      .def_prop_ro(
          "accuracy",
          [](const EpochReport& self) {
            return self.total == 0 ? std::numeric_limits<double>::quiet_NaN()
                                   : double(self.correct) / double(self.total);
          },
          "Of the test examples, from 0 to 1; not a number without any.")
      .def_ro("test_loss", &EpochReport::test_loss)
      .def_ro("test_rmse", &EpochReport::test_rmse, "Of targets that are numbers.")
      .def_ro("validation_loss", &EpochReport::validation_loss)
      .def_prop_ro(
          "validation_accuracy",
          [](const EpochReport& self) {
            return self.validation_total == 0
                       ? std::numeric_limits<double>::quiet_NaN()
                       : double(self.validation_correct) / double(self.validation_total);
          },
          "From 0 to 1; not a number without validation.")
      .def_ro("evaluation_seconds", &EpochReport::evaluation_seconds)
      .def_ro("learning_rate", &EpochReport::learning_rate, "Of the last step.")
      .def_ro("recoveries", &EpochReport::recoveries, "Times that the epoch was begun again.")
      .def_ro("best", &EpochReport::best, "The lowest validation loss up to now.")
      .def_ro("stopped", &EpochReport::stopped, "The callback ended the epoch early.")
      .def_ro("epochs", &EpochReport::epochs, "That were asked for.")
      .def_ro("seconds_left", &EpochReport::seconds_left, "Estimated.");
  using E = EpochReport;
  pickle_by(report, &E::epoch, &E::examples, &E::loss, &E::seconds, &E::correct, &E::total,
            &E::test_loss, &E::test_rmse, &E::validation_loss, &E::validation_correct,
            &E::validation_total, &E::evaluation_seconds, &E::learning_rate, &E::recoveries,
            &E::best, &E::stopped, &E::epochs, &E::seconds_left);

  nb::class_<TrainingResult> result(module, "TrainingResult", "How a training ended.");
  result.def_ro("epochs", &TrainingResult::epochs, "That were run.")
      .def_ro("stopped_early", &TrainingResult::stopped_early, "Patience was at its end.")
      .def_ro("kept_epoch", &TrainingResult::kept_epoch, "The epoch whose weights are kept.")
      .def_ro("kept_validation_loss", &TrainingResult::kept_validation_loss)
      .def_ro("state_error", &TrainingResult::state_error,
              "Why the last state could not be written; empty where it could.");
  using R = TrainingResult;
  pickle_by(result, &R::epochs, &R::stopped_early, &R::kept_epoch, &R::kept_validation_loss,
            &R::state_error);

  nb::class_<Trainer>(module, "Trainer")
      .def(
          "__init__",
          [](Trainer* self, Model& model, const Examples& train, const Examples& test,
             const nb::dict& options) {
            const TrainOptions read = options_of(options);
            interruptible([&](Progress&) { new (self) Trainer(model, train, test, read); });
          },
          nb::arg("model"), nb::arg("train"), nb::arg("test"), nb::arg("options"),
          nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>(), nb::keep_alive<1, 4>())
      .def("_run_epoch", &run_epoch, nb::arg("callback").none())
      .def_prop_ro("finished", &Trainer::finished,
                   "Whether all epochs are done, or patience is at its end.")
      .def("finish", &Trainer::finish, nb::call_guard<nb::gil_scoped_release>(),
           "Puts the weights that are to be kept into the model: averaged ones, or the best ones.")
      .def_prop_ro("history", &Trainer::history, "The reports of all epochs that are done.")
      .def("_save_state", &Trainer::save_state, nb::call_guard<nb::gil_scoped_release>())
      .def("_load_state", &Trainer::load_state, nb::call_guard<nb::gil_scoped_release>())
      .def("_save_model", &Trainer::save_model, nb::call_guard<nb::gil_scoped_release>())
      .def(
          "optimizer_state", [](const Trainer& self) { return dict_of(self.optimizer_state()); },
          "What the optimizer keeps beside the weights, by name, for `restore_optimizer` of a\n"
          "training that goes on with other examples.")
      .def(
          "restore_optimizer",
          [](Trainer& self, const nb::dict& state) {
            self.restore_optimizer(named_arrays_of(state));
          },
          nb::arg("state"),
          "Goes on where `optimizer_state` was taken: before the first epoch. `epochs` counts\n"
          "those of both. Raises `lithe.Error` where it is not that of such a trainer.")
      .def("_keep_history",
           [](const Trainer& self, Model& model, const Examples& train, const Examples& test) {
             keep_history(model, self.history(), train, test);
           })
      .def(
          "order",
          [](const Trainer& self, std::size_t epoch) {
            return array_of<std::uint32_t>(self.order(epoch), {self.order(epoch).size()});
          },
          nb::arg("epoch"),
          "The rows of `train` in the order that epoch `epoch`, from 1, takes them.")
      .def_prop_ro(
          "threads", [](const Trainer& self) { return self.plan().threads; },
          "The number of threads that compute.");

  module.def(
      "_train_ensemble",
      [](Model& prototype, const Examples& train, const Examples& test, const nb::dict& options,
         std::size_t count) {
        const TrainOptions read = options_of(options);
        std::vector<std::vector<EpochReport>> reports(count);
        TrainedEnsemble trained = interruptible([&](Progress&) {
          return train_ensemble(prototype, train, test, read, count,
                                [&](std::size_t member, const EpochReport& ended) {
                                  reports[member].push_back(ended);
                                  return true;
                                });
        });
        prototype = std::move(trained.model);
        return reports;
      },
      nb::arg("prototype"), nb::arg("train"), nb::arg("test"), nb::arg("options"),
      nb::arg("count"));

  nb::class_<LearningRateTest> test(module, "LearningRateTest",
                                    "How the loss fell as the learning rate grew.");
  pickle_by(test, &LearningRateTest::learning_rates, &LearningRateTest::losses,
            &LearningRateTest::best);
  test.def_ro("learning_rates", &LearningRateTest::learning_rates, "Of each step.")
      .def_ro("losses", &LearningRateTest::losses, "Of each step, smoothed.")
      .def_ro("best", &LearningRateTest::best, "A learning rate to begin with.")
      .def(
          "_repr_html_", [](const LearningRateTest& self) { return draw_learning_rate_test(self); },
          "A drawing (SVG).");
  module.def(
      "_find_learning_rate",
      [](const Model& model, const Examples& train, const nb::dict& options, double lowest,
         double highest, std::size_t steps) {
        const TrainOptions read = options_of(options);
        return interruptible([&](Progress&) {
          return find_learning_rate(model, train, read, lowest, highest, steps);
        });
      },
      nb::arg("model"), nb::arg("train"), nb::arg("options"), nb::arg("lowest"), nb::arg("highest"),
      nb::arg("steps"));
  module.def("_with_constant_rate", &with_constant_rate, nb::arg("optimizer"));
}

}  // namespace lithe::python
