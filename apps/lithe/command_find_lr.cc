// lithe find-lr: the range test of the learning rate.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "command.h"
#include "output_file.h"
#include "terminal.h"
#include "train_setup.h"

namespace lithe::app {

int find_lr(const Arguments& arguments) {
  TrainCommand command;
  double lowest = 1e-6, highest = 10;
  std::size_t steps = 200;
  std::string picture = "learning-rate.svg";
  const auto add_more = [&](Options& app) {
    app.add_option("--lowest", lowest, "first learning rate")->capture_default_str();
    app.add_option("--highest", highest, "last learning rate")->capture_default_str();
    app.add_option("--steps", steps, "number of steps from the first to the last")
        ->capture_default_str();
    app.add_option("--picture", picture, "file for the curve (SVG)")->capture_default_str();
  };
  if (const auto status = parse_train(arguments, command, "find-lr", add_more)) return *status;
  check_picture(picture, "--picture");
  TrainSetup setup = set_up(command);
  const LearningRateTest test =
      find_learning_rate(setup.model, setup.train, command.options, lowest, highest, steps);
  base::write_file_atomically(picture, draw_learning_rate_test(test));
  if (command.json) {
    fmt::print("{}\n", nlohmann::json{{"best", test.best},
                                      {"learning_rates", test.learning_rates},
                                      {"losses", test.losses},
                                      {"picture", picture}}
                           .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  for (std::size_t i = 0; i < test.learning_rates.size();
       i += std::max<std::size_t>(1, test.learning_rates.size() / 20))
    print_folded("learning rate {:9.3g}  loss {:.4g}\n", test.learning_rates[i], test.losses[i]);
  print_folded("Begin with a learning rate of {:.2g}: there the loss falls fastest.\nCurve: {}\n",
               test.best, picture);
  return 0;
}

}  // namespace lithe::app
