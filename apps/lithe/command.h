// The commands of the program: each parses its own arguments, calls the library, prints, and
// returns the exit status: 0 done, 1 failed, 2 misused.
#pragma once

#include <string>
#include <vector>

namespace lithe::app {

using Arguments = std::vector<std::string>;  // what follows the command's name

int train(const Arguments& arguments);
int evaluate(const Arguments& arguments);
int predict(const Arguments& arguments);
int calibrate(const Arguments& arguments);
int unknown_report(const Arguments& arguments);
int show(const Arguments& arguments);
int find_lr(const Arguments& arguments);
int sweep(const Arguments& arguments);
int rl(const Arguments& arguments);
int profile(const Arguments& arguments);
int doctor(const Arguments& arguments);
int info(const Arguments& arguments);
int bench(const Arguments& arguments);
int data(const Arguments& arguments);
int list(const Arguments& arguments);
int completion(const Arguments& arguments);

}  // namespace lithe::app
