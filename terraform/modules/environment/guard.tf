# Which environment this state belongs to. A folder that was copied together with its .terraform still asks for the
# state of the environment it was copied from: the state then says another name than the folder, and no plan is made.
# ignore_changes keeps what the first apply wrote; prevent_destroy refuses a plain `terraform destroy`, for which
# Terraform evaluates no condition. terraform/bin/destroy looks first and then takes the guard out of the state.
resource "terraform_data" "environment" {
  input = var.environment

  lifecycle {
    ignore_changes  = [input]
    prevent_destroy = true

    postcondition {
      condition     = self.input == var.environment
      error_message = "The folder is ${var.environment}, but this state belongs to ${self.input}: nothing is planned. Connect the folder with its own state: terraform/bin/init ${var.environment}"
    }
  }
}
