//! What clients send.

use serde::{Deserialize, Serialize};

use super::body::Check;
use super::error::Problem;
use crate::events::{Item, Status};
use crate::money::Money;

/// `POST /v1/clients`
#[derive(Debug, Deserialize)]
pub(super) struct NewClient {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) cpf: String,
}

impl Check for NewClient {
    fn check(&self) -> Result<(), Problem> {
        not_empty("name", &self.name)?;
        not_empty("cpf", &self.cpf)?;
        match self.email.split_once('@') {
            Some((person, host)) if !person.is_empty() && !host.is_empty() => Ok(()),
            _ => Err(Problem::field(
                "email",
                "this is no address of the form name@host",
            )),
        }
    }
}

/// `POST /v1/products`
#[derive(Debug, Deserialize)]
pub(super) struct NewProduct {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) price: Money,
    /// How many there are to be sold.
    pub(super) quantity: u32,
}

impl Check for NewProduct {
    fn check(&self) -> Result<(), Problem> {
        not_empty("name", &self.name)?;
        not_negative("price", self.price)
    }
}

/// `POST /v1/orders`
///
/// The total is the client's word, for what is to be paid need not be the sum of the items: there are discounts and
/// costs of delivery.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewOrder {
    pub(super) client_id: String,
    pub(super) items: Vec<Item>,
    pub(super) total: Money,
    pub(super) payments: Payments,
}

/// How the total is paid, maybe in parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Payments(Vec<Payment>);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    type_payment_id: PaymentType,
    amount: Money,
}

/// Who keeps the kinds of payment decides whether they have numbers or names.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number or a text is expected")]
enum PaymentType {
    Number(i64),
    Text(String),
}

impl Check for NewOrder {
    fn check(&self) -> Result<(), Problem> {
        if self.items.is_empty() {
            return Err(Problem::field("items", "an order has one item at least"));
        }
        for (index, item) in self.items.iter().enumerate() {
            not_negative(&format!("items[{index}].price"), item.price)?;
            if item.quantity == 0 {
                let field = format!("items[{index}].quantity");
                return Err(Problem::field(field, "a quantity is 1 at least"));
            }
        }
        for (index, payment) in self.payments.0.iter().enumerate() {
            not_negative(&format!("payments[{index}].amount"), payment.amount)?;
        }
        not_negative("total", self.total)
    }
}

/// `PATCH /v1/orders/{id}`
#[derive(Debug, Deserialize)]
pub(super) struct NewStatus {
    pub(super) status: Status,
}

impl Check for NewStatus {
    fn check(&self) -> Result<(), Problem> {
        // Whether it fits depends on the order's present status: see the book.
        Ok(())
    }
}

fn not_empty(field: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::field(field, "this must not be empty"));
    }
    Ok(())
}

fn not_negative(field: &str, amount: Money) -> Result<(), Problem> {
    if amount.is_negative() {
        return Err(Problem::field(field, "an amount of money is not negative here"));
    }
    Ok(())
}
