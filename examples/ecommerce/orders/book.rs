//! Orders in the store.

use axum::http::StatusCode;
use rusqlite::{OptionalExtension, Row, Transaction};

use super::catalog::{client_name, put_back, take};
use super::error::Problem;
use super::order::{Order, new_id};
use super::requests::NewOrder;
use crate::events::{Item, Status};
use crate::moment;

/// Keeps a new order, and takes its products from the shelf.
pub(super) fn place(store: &Transaction<'_>, new: NewOrder) -> Result<Order, Problem> {
    let now = moment::now();
    let order = Order {
        client_name: client_name(store, &new.client_id)?,
        id: new_id(),
        client_id: new.client_id,
        status: Status::Pendente,
        total: new.total,
        items: new.items,
        payments: new.payments,
        created_at: now,
        updated_at: now,
    };
    for (index, item) in order.items.iter().enumerate() {
        take(store, index, item)?;
    }
    insert(store, &order)?;
    Ok(order)
}

/// Changes the status of an order; one that is given up puts its products back.
pub(super) fn change(store: &Transaction<'_>, id: &str, status: Status) -> Result<Order, Problem> {
    let mut order = find(store, id)?;
    if !order.status.may_become(status) {
        let error = format!("an order that is {} cannot become {status}", order.status);
        return Err(Problem::conflict("status", error));
    }
    if order.status == status {
        return Ok(order);
    }
    if status != Status::Pago {
        put_back(store, &order.items)?;
    }
    order.status = status;
    order.updated_at = moment::now();
    let sql = "UPDATE orders SET status = ?2, updated_at = ?3 WHERE id = ?1";
    store.execute(sql, (id, status, order.updated_at))?;
    Ok(order)
}

pub(super) fn find(store: &Transaction<'_>, id: &str) -> Result<Order, Problem> {
    let sql = "SELECT orders.*, clients.name AS client_name
               FROM orders JOIN clients ON clients.id = orders.client_id WHERE orders.id = ?1";
    let mut order = store
        .query_row(sql, [id], order_of)
        .optional()?
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no order {id}")))?;
    order.items = items(store, id)?;
    Ok(order)
}

fn insert(store: &Transaction<'_>, order: &Order) -> Result<(), Problem> {
    let sql = "INSERT INTO orders (id, client_id, status, total, payments, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let row = (
        &order.id,
        &order.client_id,
        order.status,
        order.total,
        &order.payments,
        order.created_at,
        order.updated_at,
    );
    store.execute(sql, row)?;
    let sql = "INSERT INTO items (order_id, line, product_id, quantity, price) VALUES (?1, ?2, ?3, ?4, ?5)";
    for (line, item) in (1_u32..).zip(&order.items) {
        let row = (&order.id, line, &item.product_id, item.quantity, item.price);
        store.execute(sql, row)?;
    }
    Ok(())
}

/// All but the items, which are rows of their own.
fn order_of(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: row.get("id")?,
        client_id: row.get("client_id")?,
        client_name: row.get("client_name")?,
        status: row.get("status")?,
        total: row.get("total")?,
        items: Vec::new(),
        payments: row.get("payments")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn items(store: &Transaction<'_>, id: &str) -> Result<Vec<Item>, Problem> {
    let sql = "SELECT product_id, quantity, price FROM items WHERE order_id = ?1 ORDER BY line";
    let mut items = store.prepare(sql)?;
    let found = items.query_map([id], |row| {
        Ok(Item {
            product_id: row.get("product_id")?,
            quantity: row.get("quantity")?,
            price: row.get("price")?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
