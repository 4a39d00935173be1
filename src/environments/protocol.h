// The protocol between Lithe and a program that is an environment: messages are lines of JSON,
// described in docs/environments.md. Both directions are here: Lithe runs such programs
// (programs.h) and can be one (lithe rl serve).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "lithe/environment.h"

namespace lithe::environments {

// These throw Error(machine), without a place, for an invalid answer.
nlohmann::json read_answer(std::string_view line);  // an object without "error"
Spaces read_spaces(const nlohmann::json& answer);
std::size_t read_state_size(const nlohmann::json& answer);
void read_numbers(const nlohmann::json& answer, const char* key, std::span<float> numbers);
void read_numbers(const nlohmann::json& answer, const char* key, std::span<double> numbers);
Outcome read_outcome(const nlohmann::json& answer);

// Infinite bounds are null.
nlohmann::json write_spaces(const Spaces& spaces, std::size_t state_size);

}  // namespace lithe::environments
